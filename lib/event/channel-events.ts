import { event } from "@lib/event/event.ts";
import { channelTopic, privateTopic, serverTopic } from "@lib/event/topic.ts";
import { Channel, FieldsChannel, PartialChannel } from "@lib/model/channel.ts";
import { UserSlowmode } from "@lib/model/slowmode.ts";
import { FieldsWebhook, PartialWebhook, Webhook } from "@lib/model/webhook.ts";
import { z } from "zod";

/** What tells the audience of a channel's updates. */
type ChannelHome = { readonly channel_type: string; readonly server?: string | undefined };

/** Who learns of a new channel: members of its server, else those who take part in it. */
function channelCreateTopics(channel: Channel): readonly string[] {
  switch (channel.channel_type) {
    case "TextChannel":
      return [serverTopic(channel.server)];
    case "SavedMessages":
      return [privateTopic(channel.user)];
    case "DirectMessage":
    case "Group":
      return channel.recipients.map(privateTopic);
  }
}

/**
 * A channel came to be, or the given users were added to it. On a server's topic the gateway lets only those see it
 * who may view the channel.
 */
export const channelCreate = event("ChannelCreate", Channel, {
  changes: "view",
  topics: (channel, addedUserIds?: readonly string[]) =>
    addedUserIds?.map(privateTopic) ?? channelCreateTopics(channel),
});

/** A channel changed. For a new last message only those who can see the channel are told. */
export const channelUpdate = event(
  "ChannelUpdate",
  z.object({ id: z.string(), data: PartialChannel, clear: z.array(FieldsChannel) }),
  {
    changes: "view",
    topics: ({ id, data }, { server }: ChannelHome) =>
      server === undefined || data.last_message_id !== undefined ? [channelTopic(id)] : [serverTopic(server)],
  },
);

/** Whom a channel was for: its server, or those who took part in it last. */
type FormerHome = { readonly server?: string; readonly participants?: readonly string[] };

/**
 * A channel is gone. The topics of its former home let somebody who was away, and so cannot say what they saw, learn
 * that this may concern them.
 */
export const channelDelete = event("ChannelDelete", z.object({ id: z.string() }), {
  changes: "view",
  topics: ({ id }, { server, participants = [] }: FormerHome) => [
    channelTopic(id),
    ...(server === undefined ? [] : [serverTopic(server)]),
    ...participants.map(privateTopic),
  ],
});

const participant = z.object({ id: z.string(), user: z.string() });

/** A user or bot joined a group. */
export const channelGroupJoin = event("ChannelGroupJoin", participant, {
  changes: "view",
  topics: ({ id }) => [channelTopic(id)],
});

/** A user or bot left a group or was removed from it. */
export const channelGroupLeave = event("ChannelGroupLeave", participant, {
  changes: "view",
  topics: ({ id }) => [channelTopic(id)],
});

/** A user is writing. */
export const channelStartTyping = event("ChannelStartTyping", participant, {
  changes: "nothing",
  topics: ({ id }) => [channelTopic(id)],
});

/** A user stopped writing. */
export const channelStopTyping = event("ChannelStopTyping", participant, {
  changes: "nothing",
  topics: ({ id }) => [channelTopic(id)],
});

/** A user has read a channel up to a message: for their other sessions (conformance events-70). */
export const channelAck = event("ChannelAck", z.object({ id: z.string(), user: z.string(), message_id: z.string() }), {
  changes: "nothing",
  topics: ({ user }) => [privateTopic(user)],
});

/** A webhook was created. Its token is always null here (conformance events-68). */
export const webhookCreate = event("WebhookCreate", Webhook.extend({ token: z.null() }), {
  changes: "nothing",
  topics: ({ channel_id }) => [channelTopic(channel_id)],
});

/** A webhook was edited. The removed fields are under `remove`, not `clear`. */
export const webhookUpdate = event(
  "WebhookUpdate",
  z.object({ id: z.string(), data: PartialWebhook, remove: z.array(FieldsWebhook) }),
  { changes: "nothing", topics: (_, channelId: string) => [channelTopic(channelId)] },
);

/** A webhook was deleted. */
export const webhookDelete = event("WebhookDelete", z.object({ id: z.string() }), {
  changes: "nothing",
  topics: (_, channelId: string) => [channelTopic(channelId)],
});

/** Slowmodes running for a user: for all of their sessions, after a send and on connecting. */
export const userSlowmodes = event("UserSlowmodes", z.object({ slowmodes: z.array(UserSlowmode) }), {
  changes: "nothing",
  topics: (_, userId: string) => [privateTopic(userId)],
});
