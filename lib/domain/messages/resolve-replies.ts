import { channelAccess } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import type { MessageAuthor } from "@lib/domain/messages/message-author.ts";
import { fail } from "@lib/error/fail.ts";
import type { ReplyIntent } from "@lib/model/sendable-message.ts";
import type { MessageDocument } from "@lib/model/stored/message.ts";
import { hasPermission } from "@lib/permission/permissions.ts";

/** The messages replied to, each once and in order, and whom the replies mention. */
export type Replies = { ids: string[]; mentions: string[] };

/**
 * Finds the messages that a message replies to. One that its author cannot read does not exist (P26). Fails with
 * `TooManyReplies`, and with `NotFound` unless the reply may be left out (conformance messages-37, messages-40).
 */
export async function resolveReplies(
  deps: Pick<Deps, "store" | "clock" | "settings">,
  author: MessageAuthor,
  { channelId, intents }: { channelId: string; intents: readonly ReplyIntent[] },
): Promise<Replies> {
  const max = deps.settings.features.limits.global.message_replies;
  if (intents.length > max) fail("TooManyReplies", { max });
  if (intents.length === 0) return { ids: [], mentions: [] };
  const messages = await deps.store.messages.listByIds(intents.map(({ id }) => id));
  const readable = await listReadable(deps, author, channelId, messages);
  const byId = new Map(readable.map((message) => [message._id, message]));

  const ids = new Set<string>();
  const mentions = new Set<string>();
  for (const { id, mention, fail_if_not_exists } of intents) {
    const message = byId.get(id);
    if (!message && (fail_if_not_exists ?? true)) fail("NotFound");
    if (!message) continue;
    ids.add(id);
    if (mention) mentions.add(message.author);
  }
  return { ids: [...ids], mentions: [...mentions] };
}

async function listReadable(
  deps: Pick<Deps, "store" | "clock">,
  author: MessageAuthor,
  channelId: string,
  messages: readonly MessageDocument[],
): Promise<MessageDocument[]> {
  const elsewhere = messages.map(({ channel }) => channel).filter((channel) => channel !== channelId);
  const readable = new Set([channelId, ...(await listReadableChannels(deps, author, [...new Set(elsewhere)]))]);
  return messages.filter(({ channel }) => readable.has(channel));
}

async function listReadableChannels(
  deps: Pick<Deps, "store" | "clock">,
  author: MessageAuthor,
  channelIds: readonly string[],
): Promise<string[]> {
  if (author.type === "webhook" || channelIds.length === 0) return [];
  const channels = await deps.store.channels.listByIds(channelIds);
  const accesses = await Promise.all(channels.map((channel) => channelAccess(deps, author.actor, channel)));
  return accesses
    .filter(({ permissions }) => hasPermission(permissions, "ReadMessageHistory"))
    .map(({ channel }) => channel._id);
}
