import type { Deps } from "@lib/domain/deps.ts";
import { ApiError, fail } from "@lib/error/fail.ts";
import type { FileDocument, FileUse } from "@lib/model/stored/file.ts";

/** A file to attach: where it was uploaded to, and what it is for. */
type FileClaim = { tag: string; id: string; use: FileUse };

type Claims = readonly (FileClaim | undefined)[];

/** One file per claim, in the order of the claims; none for an absent one. */
type Claimed<C extends Claims> = { [K in keyof C]: FileDocument | Extract<C[K], undefined> };

/**
 * Attaches uploaded files to something, all or none, and stores it with them. Fails with `NotFound` when one is missing,
 * of another tag or attached already (conformance servers-22). What is refused with a catalogued error was not stored:
 * the files are given back, so that they can be attached by the next attempt. After any other failure it may have been:
 * then they are only given back when `isStored`, which is for what is created, says that it was not.
 */
export async function withFiles<C extends Claims, T>(
  { store }: Pick<Deps, "store">,
  { uploaderId, claims, isStored }: { uploaderId: string; claims: C; isStored?: () => Promise<boolean> },
  write: (files: Claimed<C>) => Promise<T>,
): Promise<T> {
  const files = await claimFiles(store, uploaderId, claims);
  try {
    return await write(files);
  } catch (error) {
    if (error instanceof ApiError || (isStored && !(await isStored()))) await release(store, claims);
    throw error;
  }
}

async function claimFiles<C extends Claims>(store: Deps["store"], uploaderId: string, claims: C): Promise<Claimed<C>> {
  const claim = async (one: FileClaim | undefined) =>
    one && (await store.attachments.claim(one.tag, one.id, one.use, uploaderId));
  const files = await Promise.all(claims.map(claim));
  if (files.includes(null)) {
    await release(
      store,
      claims.filter((_, at) => files[at]),
    );
    fail("NotFound");
  }
  return files as Claimed<C>; // one per claim, in their order, and none is null now
}

async function release({ attachments }: Deps["store"], claims: Claims): Promise<void> {
  await Promise.all(claims.map((one) => one && attachments.release([one.id], one.use)));
}
