import type { DataMessageSend } from "@lib/contract/messages.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { dispatchMessage } from "@lib/domain/messages/dispatch-message.ts";
import { withNonce } from "@lib/domain/messages/idempotency.ts";
import { type Mentions, parseMentions } from "@lib/domain/messages/mentions.ts";
import { type MessageAuthor, authorId, authorLimits, viewAuthor } from "@lib/domain/messages/message-author.ts";
import {
  type NotificationFlags,
  readFlags,
  requireContent,
  requireMessageSize,
  requireOfferedReactions,
  storedFlags,
} from "@lib/domain/messages/message-rules.ts";
import { listMentionable, requireMassMentions } from "@lib/domain/messages/resolve-mentions.ts";
import { retractIfDeleted } from "@lib/domain/messages/retract-message.ts";
import { resolveReplies } from "@lib/domain/messages/resolve-replies.ts";
import { withMessageFiles } from "@lib/domain/messages/with-message-files.ts";
import { fail } from "@lib/error/fail.ts";
import type { Message } from "@lib/model/message.ts";
import type { ChannelDocument } from "@lib/model/stored/channel.ts";
import type { MessageDocument } from "@lib/model/stored/message.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";

/** What creating a message needs. */
export type CreateDeps = Pick<Deps, "store" | "bus" | "keys" | "settings" | "clock" | "ids" | "background">;

/** A message that its author may send, before it is looked at in detail. */
export type MessageRequest = {
  channel: ChannelDocument;
  author: MessageAuthor;
  body: DataMessageSend;
  /** `Idempotency-Key`, or one that was made up. */
  idempotencyKey: string;
  /** Whether flags and replies can mention; text always can. */
  mayMention: boolean;
};

/** Creates the message of a user or webhook: checks it, claims its files, stores and announces it (conformance messages-29). */
export async function createMessage(deps: CreateDeps, request: MessageRequest): Promise<Message> {
  const { author, body, idempotencyKey } = request;
  requireMessageSize(body, authorLimits(deps, author).message_length);
  const nonce = { authorId: authorId(author), nonce: body.nonce, headerKey: idempotencyKey };
  return withNonce(deps, nonce, async (key) => {
    const message = await buildMessage(deps, request, key);
    const view = await withMessageFiles(deps, message, definedFiles(body), (files) => {
      const whole = { ...message, ...nonEmpty(files) };
      return dispatchMessage(deps, request.channel, whole, () => viewAuthor(deps, author));
    });
    deps.background.run("retract a message that was deleted while it was sent", () =>
      retractIfDeleted(deps, message._id, request),
    );
    return view;
  });
}

/** The message without its files, which are only claimed when nothing else can be wrong with it. */
async function buildMessage(deps: CreateDeps, request: MessageRequest, nonce: string): Promise<MessageDocument> {
  const { channel, author, body } = request;
  requireContent(body);
  const isPerson = author.type === "user" && !author.actor.bot;
  const flags = readFlags(body.flags ?? 0, { isPerson, mayMention: request.mayMention });
  requireOfferedReactions(body);

  const references = await resolveReferences(deps, request, flags);
  requireCounts(deps, author, body);
  return {
    _id: deps.ids.ulid(),
    nonce,
    channel: channel._id,
    author: authorId(author),
    ...(author.type === "webhook" && { webhook: shownWebhook(author.webhook) }),
    ...(body.content !== undefined && { content: body.content }),
    ...references,
    reactions: {},
    ...decorations(body),
  };
}

/** Mentions, replies and flags: everything that looks beyond the message. */
async function resolveReferences(deps: CreateDeps, request: MessageRequest, flags: NotificationFlags) {
  const { channel, author, body, mayMention } = request;
  const mentions = parseMentions(body.content ?? "");
  const intents = body.replies ?? [];
  const server = await serverOf(deps, request, mentions, intents.length > 0);
  const wanted = { ...mentions, everyone: mentions.everyone || flags.everyone };
  const mass = requireMassMentions(deps, { author, channel, server }, wanted);
  const replies = await resolveReplies(deps, author, { channelId: channel._id, intents });
  const users = new Set([...mentions.users, ...(mayMention ? replies.mentions : [])]);
  return {
    ...nonEmpty({
      mentions: await listMentionable(deps, { channel, server }, users),
      role_mentions: mass.roles,
      replies: replies.ids,
    }),
    flags: storedFlags({ suppress: flags.suppress, everyone: mass.everyone, online: mass.online }),
  };
}

/** The server whose roles and members can be mentioned: known of a user, looked up for a webhook that mentions. */
async function serverOf(
  { store }: Pick<Deps, "store">,
  { author, channel }: MessageRequest,
  { users, roles }: Mentions,
  isReply: boolean,
): Promise<ServerDocument | null> {
  if (author.type === "user") return author.access.server;
  const needed = users.size > 0 || roles.size > 0 || isReply;
  return needed && channel.channel_type === "TextChannel" ? store.servers.get(channel.server) : null;
}

function requireCounts(deps: CreateDeps, author: MessageAuthor, { attachments = [], embeds = [] }: DataMessageSend) {
  const attachmentsMax = authorLimits(deps, author).message_attachments;
  if (attachments.length > attachmentsMax) fail("TooManyAttachments", { max: attachmentsMax });
  const embedsMax = deps.settings.features.limits.global.message_embeds;
  if (embeds.length > embedsMax) fail("TooManyEmbeds", { max: embedsMax });
}

const definedFiles = ({ attachments = [], embeds = [] }: DataMessageSend) => ({ attachments, embeds });

const shownWebhook = ({ name, avatar }: Extract<MessageAuthor, { type: "webhook" }>["webhook"]) => ({
  name,
  ...(avatar && { avatar: avatar._id }),
});

function decorations({ masquerade, interactions }: DataMessageSend) {
  const { name, avatar, colour } = masquerade ?? {};
  const { reactions, restrict_reactions = false } = interactions ?? {};
  return {
    ...(masquerade && {
      masquerade: {
        ...(name != null && { name }),
        ...(avatar != null && { avatar }),
        ...(colour != null && { colour }),
      },
    }),
    ...(interactions && {
      interactions: { ...(reactions != null && { reactions: [...new Set(reactions)] }), restrict_reactions },
    }),
  };
}

/** Only the lists that have something in them: the others are left out of the document (conformance data-23). */
function nonEmpty<L extends Readonly<Record<string, readonly unknown[]>>>(lists: L): Partial<L> {
  const kept: Partial<L> = {};
  for (const name in lists) if (lists[name] && lists[name].length > 0) kept[name] = lists[name];
  return kept;
}
