import type { Deps } from "@lib/domain/deps.ts";
import { publishUserUpdate } from "@lib/domain/users/publish-user-update.ts";

/** Announcements in a row, for a user who comes and goes all the time. */
const ANNOUNCEMENTS_MAX = 5;

type AnnounceDeps = Pick<Deps, "store" | "bus" | "keys">;

/** What was told last, if the bus was behind by then: others may yet tell of a later change before that comes. */
export type ToldLate = boolean | null;

/** Tells who may know that a user came or went, until it is true. Nobody may know of somebody invisible (P8). */
export async function announcePresence(deps: AnnounceDeps, userId: string, isOnline: boolean): Promise<ToldLate> {
  if (!(await isVisible(deps, userId))) {
    await deps.keys.noteTold(userId);
    return null;
  }
  await publishUserUpdate(deps, userId, { online: isOnline });
  return correctPresence(deps, userId, isOnline);
}

/**
 * To be called after others were told that a user is online or not. Leases and settings change before that is told,
 * so somebody else may have told of a later change first: what is told last has to be the truth. What was told late is to
 * be corrected again once the bus is not behind any more.
 */
export async function correctPresence(deps: AnnounceDeps, userId: string, told: boolean): Promise<ToldLate> {
  let last = told;
  for (let times = 1; times < ANNOUNCEMENTS_MAX; times++) {
    const { isBehind } = deps.bus;
    if (await isTrue(deps, userId, last)) return isBehind ? last : null;
    last = !last;
    await publishUserUpdate(deps, userId, { online: last });
  }
  return deps.bus.isBehind ? last : null;
}

/** Corrects what was told late as soon as the bus has told it; for who is not called again by then. */
export async function correctLate(deps: AnnounceDeps, userId: string, told: boolean): Promise<void> {
  for (let late: ToldLate = told; late !== null;) {
    await deps.bus.untilCaughtUp();
    late = await correctPresence(deps, userId, late);
  }
}

/** Whether what others were told is what they have to believe by now. Otherwise that is still to be told. */
async function isTrue(deps: AnnounceDeps, userId: string, told: boolean): Promise<boolean> {
  if (await isVisible(deps, userId)) return (await deps.keys.noteTold(userId, told)) === told;
  if (!told) await deps.keys.noteTold(userId);
  return !told;
}

/** The setting is read at this moment: it may have changed since the user connected. */
async function isVisible({ store }: AnnounceDeps, userId: string): Promise<boolean> {
  const user = await store.users.get(userId);
  return user !== null && user.status?.presence !== "Invisible";
}
