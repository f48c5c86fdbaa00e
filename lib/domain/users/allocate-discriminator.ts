import type { Deps } from "@lib/domain/deps.ts";
import { fail } from "@lib/error/fail.ts";
import { minUlid } from "@lib/model/ids.ts";
import { DuplicateKeyError } from "@lib/store/database.ts";
import type { UsersRepository } from "@lib/store/users.ts";

/** Numbers that stand out, or that some people would rather not carry. */
const EXCLUDED = new Set(["0123", "1234", "1488", ...["1111", "2222", "3333", "4444", "5555", "6666", "7777", "8888"]]);

/** Every discriminator that can be given out (conformance users-32). */
const SPACE: readonly string[] = Array.from({ length: 9997 }, (_, index) => String(index + 2).padStart(4, "0")).filter(
  (discriminator) => !EXCLUDED.has(discriminator),
);

const CHANGE_WINDOW_MS = 24 * 3_600_000;
const ATTEMPTS_MAX = 8;

type Names = { store: { users: Pick<UsersRepository, "listDiscriminators"> } };

/** A discriminator chosen at random among those free with a name. Fails with `UsernameTaken` (conformance users-33). */
export async function allocateDiscriminator(deps: Names & Pick<Deps, "ids">, username: string): Promise<string> {
  const used = new Set(await deps.store.users.listDiscriminators(username));
  const free = SPACE.filter((discriminator) => !used.has(discriminator));
  return free[deps.ids.integer(Math.max(free.length, 1))] ?? fail("UsernameTaken");
}

/**
 * The discriminator of a user under another name: the present one when it is free there, else a new one, which a user
 * gets once a day: see `noteDiscriminatorChange`. Fails with `UsernameTaken` or `DiscriminatorChangeRatelimited`
 * (conformance users-30, users-31).
 */
export async function keepOrAllocateDiscriminator(
  deps: Pick<Deps, "store" | "ids" | "clock">,
  username: string,
  { userId, discriminator }: { userId: string; discriminator: string },
): Promise<string> {
  const used = await deps.store.users.listDiscriminators(username);
  if (SPACE.includes(discriminator) && !used.includes(discriminator)) return discriminator;
  const allocated = await allocateDiscriminator(deps, username);
  const since = minUlid(deps.clock.now() - CHANGE_WINDOW_MS);
  const changes = await deps.store.ratelimitEvents.count(userId, "DiscriminatorChange", since);
  return changes === 0 ? allocated : fail("DiscriminatorChangeRatelimited");
}

/** Counts that a user got another discriminator. */
export async function noteDiscriminatorChange({ store, ids }: Pick<Deps, "store" | "ids">, userId: string) {
  await store.ratelimitEvents.insert({ _id: ids.ulid(), target_id: userId, event_type: "DiscriminatorChange" });
}

/** Writes with a free discriminator, and again with another when somebody else took it first. */
export async function withDiscriminator<T>(
  choose: () => Promise<string>,
  write: (discriminator: string) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await write(await choose());
    } catch (error) {
      if (!(error instanceof DuplicateKeyError) || attempt === ATTEMPTS_MAX) throw error;
    }
  }
}
