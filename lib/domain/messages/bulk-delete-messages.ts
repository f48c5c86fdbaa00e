import type { Actor } from "@lib/domain/actor.ts";
import { recordAudit } from "@lib/domain/audit/record-audit.ts";
import { accessChannel } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { noteDeletion } from "@lib/domain/messages/retract-message.ts";
import { settleDeletion } from "@lib/domain/messages/settle-deletion.ts";
import { fail } from "@lib/error/fail.ts";
import { bulkMessageDelete } from "@lib/event/message-events.ts";
import { isUlid, ulidTime } from "@lib/model/ids.ts";

/** Older messages are deleted one by one. */
const AGE_MS_MAX = 7 * 24 * 3_600_000;

/** Deletes several messages of a channel; ids of others are passed over (conformance messages-70, data-61b). */
export async function bulkDeleteMessages(
  deps: Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "settings" | "background">,
  actor: Actor,
  { target, ids, reason }: { target: string; ids: readonly string[]; reason: string | null },
): Promise<void> {
  const nowMs = deps.clock.now();
  if (!ids.every((id) => isRecent(id, nowMs))) fail("InvalidOperation");
  const { channel, server } = await accessChannel(deps, actor, target, "ManageMessages");

  const found = await deps.store.messages.listInChannel(channel._id, [...new Set(ids)]);
  const deleted = found.map(({ _id }) => _id).sort();
  await noteDeletion(deps, deleted);
  await deps.store.messages.deleteInChannel(channel._id, deleted);
  await settleDeletion(deps, channel._id, deleted, bulkMessageDelete({ channel: channel._id, ids: deleted }));
  if (!server) return;
  const action = { type: "MessageBulkDelete" as const, channel: channel._id, count: ids.length };
  recordAudit(deps, { server: server._id, user: actor.id, reason, action });
}

/** Whether the id is a ULID of at most a week ago; one from the future is none (P15). */
function isRecent(id: string, nowMs: number): boolean {
  const ageMs = nowMs - ulidTime(id.toUpperCase());
  return isUlid(id.toUpperCase()) && ageMs >= 0 && ageMs <= AGE_MS_MAX;
}
