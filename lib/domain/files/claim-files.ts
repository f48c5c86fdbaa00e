import type { Deps } from "@lib/domain/deps.ts";
import { fail } from "@lib/error/fail.ts";
import type { FileDocument, FileUse } from "@lib/model/stored/file.ts";

/** A file to attach: where it was uploaded to, and what it is for. */
export type FileClaim = { tag: string; id: string; use: FileUse };

/**
 * Attaches uploaded files to something, all or none; in the order given, null for an absent claim. Fails with `NotFound`
 * when one is missing, of another tag or attached already (conformance servers-22).
 */
export async function claimFiles<C extends readonly (FileClaim | undefined)[]>(
  { store }: Pick<Deps, "store">,
  uploaderId: string,
  claims: C,
): Promise<{ [K in keyof C]: FileDocument | undefined }> {
  const claim = async (one: FileClaim | undefined) =>
    one && (await store.attachments.claim(one.tag, one.id, one.use, uploaderId));
  const files = await Promise.all(claims.map(claim));
  if (files.includes(null)) {
    const claimed = claims.filter((one, at) => one && files[at]);
    await Promise.all(claimed.map((one) => one && store.attachments.release([one.id], one.use)));
    fail("NotFound");
  }
  return files as { [K in keyof C]: FileDocument | undefined }; // one per claim, in their order, and none is null now
}
