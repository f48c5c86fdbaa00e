import { channelAccess } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { type MessageAuthor, authorId } from "@lib/domain/messages/message-author.ts";
import { settleDeletion } from "@lib/domain/messages/settle-deletion.ts";
import { messageDelete } from "@lib/event/message-events.ts";
import { ulidTime } from "@lib/model/ids.ts";
import type { ChannelDocument } from "@lib/model/stored/channel.ts";
import { hasPermission } from "@lib/permission/permissions.ts";

/** Longer than it takes to tell of a message that is stored, with what the clocks of two machines differ by. */
const TELLING_MS = 60_000;

/** Notes, before messages are deleted, those of them that may be told only afterwards. */
export async function noteDeletion({ keys, clock }: Pick<Deps, "keys" | "clock">, ids: readonly string[]) {
  const nowMs = clock.now();
  const young = ids.filter((id) => Math.abs(nowMs - ulidTime(id)) < TELLING_MS);
  await Promise.all(young.map((id) => keys.set(noteOf(id), "", TELLING_MS)));
}

/** Notes, before all that somebody wrote on a server lately is deleted, that this includes what they are just sending. */
export async function notePurge({ keys }: Pick<Deps, "keys">, serverId: string, authorId: string): Promise<void> {
  await keys.set(purgeNoteOf(serverId, authorId), "", TELLING_MS);
}

/** Where a message was sent, and by whom. */
type Sent = { channel: ChannelDocument; author: MessageAuthor };

/**
 * Completes the deletion of a message once more if it was deleted before it was told: it can be found as soon as it is
 * stored, and everybody would keep it for good (P4). Deletes it if it was stored after a purge of its author's messages
 * had looked for them; who may send again by now was let in again, and that is a new message. Call it after telling.
 */
export async function retractIfDeleted(
  deps: Pick<Deps, "store" | "bus" | "keys" | "clock" | "background">,
  id: string,
  { channel, author }: Sent,
): Promise<void> {
  const notes = [noteOf(id)];
  if (channel.channel_type === "TextChannel") notes.push(purgeNoteOf(channel.server, authorId(author)));
  const [deleted = null, purged = null] = await deps.keys.getMany(notes);
  const isPurged = purged !== null && !(await maySend(deps, { channel, author }));
  if (isPurged) await deps.store.messages.deleteByIds([id]);
  if (isPurged || deleted !== null)
    await settleDeletion(deps, channel._id, [id], messageDelete({ id, channel: channel._id }));
}

async function maySend(deps: Pick<Deps, "store" | "clock">, { channel, author }: Sent): Promise<boolean> {
  if (author.type === "webhook") return true;
  const { permissions } = await channelAccess(deps, author.actor, channel);
  return hasPermission(permissions, "SendMessage");
}

const noteOf = (message: string): string => `message-deleted:${message}`;

const purgeNoteOf = (server: string, author: string): string => `messages-purged:${server}:${author}`;
