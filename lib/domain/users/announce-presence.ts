import type { Deps } from "@lib/domain/deps.ts";
import { publishUserUpdate } from "@lib/domain/users/publish-user-update.ts";

/** Announcements in a row, for a user who comes and goes all the time. */
const ANNOUNCEMENTS_MAX = 5;

type AnnounceDeps = Pick<Deps, "store" | "bus" | "keys">;

/** Tells who may know that a user came or went, until it is true. Nobody may know of somebody invisible (P8). */
export async function announcePresence(deps: AnnounceDeps, userId: string, isOnline: boolean): Promise<void> {
  if (!(await isVisible(deps, userId))) return void (await deps.keys.noteTold(userId));
  await publishUserUpdate(deps, userId, { online: isOnline });
  await correctPresence(deps, userId, isOnline);
}

/**
 * To be called after others were told that a user is online or not. Leases and settings change before that is told,
 * so somebody else may have told of a later change first: what is told last has to be the truth.
 */
export async function correctPresence(deps: AnnounceDeps, userId: string, told: boolean): Promise<void> {
  for (let last = told, times = 1; times < ANNOUNCEMENTS_MAX; times++, last = !last) {
    if (await isTrue(deps, userId, last)) return;
    await publishUserUpdate(deps, userId, { online: !last });
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
