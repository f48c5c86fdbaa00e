import { event } from "@lib/event/event.ts";
import { channelTopic } from "@lib/event/topic.ts";
import { AppendMessage, FieldsMessage, Message, PartialMessage } from "@lib/model/message.ts";
import { z } from "zod";

/** A message was stored. `user.relationship` is `None` here and filled in for each recipient. */
export const messageCreate = event("Message", Message, {
  changes: "nothing",
  topics: ({ channel }) => [channelTopic(channel)],
});

/** A message was edited, pinned or unpinned, lost all its reactions, or its call ended. */
export const messageUpdate = event(
  "MessageUpdate",
  z.object({ id: z.string(), channel: z.string(), data: PartialMessage, clear: z.array(FieldsMessage) }),
  { changes: "nothing", topics: ({ channel }) => [channelTopic(channel)] },
);

/** Embeds of the links in a message are ready. Never sent with an empty list. */
export const messageAppend = event(
  "MessageAppend",
  z.object({ id: z.string(), channel: z.string(), append: AppendMessage }),
  { changes: "nothing", topics: ({ channel }) => [channelTopic(channel)] },
);

/** A message was deleted. */
export const messageDelete = event("MessageDelete", z.object({ id: z.string(), channel: z.string() }), {
  changes: "nothing",
  topics: ({ channel }) => [channelTopic(channel)],
});

/** Several messages of a channel were deleted at once. Ids of other channels are left out (conformance events-67). */
export const bulkMessageDelete = event(
  "BulkMessageDelete",
  z.object({ channel: z.string(), ids: z.array(z.string()) }),
  { changes: "nothing", topics: ({ channel }) => [channelTopic(channel)] },
);

const reaction = z.object({
  id: z.string(),
  channel_id: z.string(),
  user_id: z.string(),
  emoji_id: z.string(),
});

/** A user reacted. Sent again when they repeat a reaction they already have. */
export const messageReact = event("MessageReact", reaction, {
  changes: "nothing",
  topics: ({ channel_id }) => [channelTopic(channel_id)],
});

/** A user's reaction was removed. */
export const messageUnreact = event("MessageUnreact", reaction, {
  changes: "nothing",
  topics: ({ channel_id }) => [channelTopic(channel_id)],
});

/** All reactions with one emoji were removed from a message. */
export const messageRemoveReaction = event("MessageRemoveReaction", reaction.omit({ user_id: true }), {
  changes: "nothing",
  topics: ({ channel_id }) => [channelTopic(channel_id)],
});
