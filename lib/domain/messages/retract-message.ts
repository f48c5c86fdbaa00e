import type { Deps } from "@lib/domain/deps.ts";
import { settleDeletion } from "@lib/domain/messages/settle-deletion.ts";
import { messageDelete } from "@lib/event/message-events.ts";
import { ulidTime } from "@lib/model/ids.ts";

/** Longer than it takes to tell of a message that is stored, with what the clocks of two machines differ by. */
const TELLING_MS = 60_000;

/** Notes, before messages are deleted, those of them that may be told only afterwards. */
export async function noteDeletion({ keys, clock }: Pick<Deps, "keys" | "clock">, ids: readonly string[]) {
  const nowMs = clock.now();
  const young = ids.filter((id) => Math.abs(nowMs - ulidTime(id)) < TELLING_MS);
  await Promise.all(young.map((id) => keys.set(noteOf(id), "", TELLING_MS)));
}

/**
 * Completes the deletion of a message once more if it was deleted before it was told: it can be found as soon as it is
 * stored, and everybody would keep it for good (P4). Call it after telling.
 */
export async function retractIfDeleted(
  deps: Pick<Deps, "store" | "bus" | "keys" | "background">,
  { _id: id, channel }: { _id: string; channel: string },
): Promise<void> {
  if ((await deps.keys.get(noteOf(id))) === null) return;
  await settleDeletion(deps, channel, [id], messageDelete({ id, channel }));
}

const noteOf = (message: string): string => `message-deleted:${message}`;
