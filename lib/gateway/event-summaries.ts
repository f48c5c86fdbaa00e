import type { EventType } from "@lib/event/catalogue.ts";

/** Events that stay between services: they are published on the global topic only. */
export const INTERNAL_EVENTS = ["CreateAccount", "CreateSession", "ReportCreate"] as const;

/** An event that clients receive. */
export type ClientFacingEventType = Exclude<EventType, (typeof INTERNAL_EVENTS)[number]>;

/** What each event tells a client, as the event document says it. */
export const eventSummaries: Readonly<Record<ClientFacingEventType, string>> = {
  Authenticated: "The token was accepted; `Ready` or `Resumed` follows.",
  Error: "The token was not accepted: `data` is the same object as the body of an API error.",
  Ready: "What a connection starts with. A key is present when it was asked for; oneself is the last of `users`.",
  Resumed: "The answer to a connection that named a session: what was missed follows, or else `Ready`.",
  Pong: "The answer to `Ping`, with its data.",
  Bulk: "Several events at once, to be handled in order. Each item has a `type` of its own.",
  Logout: "The session ended, or the bot's token was reset. The socket is closed afterwards.",
  Message: "A message was sent. The fields of the message stand beside `type`.",
  MessageUpdate: "A message was edited, pinned or unpinned, lost all its reactions, or its call ended.",
  MessageAppend: "Embeds of the links in a message are ready; append them to those it has.",
  MessageDelete: "A message was deleted.",
  BulkMessageDelete: "Several messages of a channel were deleted at once.",
  MessageReact: "A user reacted. Sent again when they repeat a reaction they already have.",
  MessageUnreact: "A user's reaction was removed.",
  MessageRemoveReaction: "All reactions with one emoji were removed from a message.",
  ChannelCreate: "A channel came to be or became visible. The fields of the channel stand beside `type`.",
  ChannelUpdate: "A channel changed: apply `clear`, then `data`.",
  ChannelDelete: "A channel is gone, or no longer visible.",
  ChannelGroupJoin: "Somebody joined a group.",
  ChannelGroupLeave: "Somebody left a group.",
  ChannelStartTyping: "Somebody is writing. Forget it after a few seconds without another.",
  ChannelStopTyping: "Somebody stopped writing.",
  ChannelAck: "One of the user's own sessions has read a channel up to a message.",
  WebhookCreate: "A webhook was created. Its token is never part of the event.",
  WebhookUpdate: "A webhook was edited: apply `remove`, then `data`.",
  WebhookDelete: "A webhook was deleted.",
  UserSlowmodes: "Slowmodes running for the user, in seconds: after a send, and on connecting.",
  ServerCreate: "The user is now a member of this server.",
  ServerUpdate: "A server changed: apply `clear`, then `data`.",
  ServerDelete: "A server is gone.",
  ServerMemberJoin: "Somebody joined a server.",
  ServerMemberUpdate: "A member changed: apply `clear`, then `data`.",
  ServerMemberLeave: "Somebody left a server, was kicked or banned.",
  ServerRoleUpdate: "A role was created or changed: apply `clear`, then `data`.",
  ServerRoleDelete: "A role was deleted.",
  ServerRoleRanksUpdate: "The roles have a new order: the index in `ranks` is the rank.",
  EmojiCreate: "An emoji was created. The fields of the emoji stand beside `type`.",
  EmojiUpdate: "An emoji was renamed.",
  EmojiDelete: "An emoji was deleted.",
  UserUpdate: "A user changed, came online or went offline: apply `clear`, then `data`.",
  UserRelationship: "The relation to another user changed.",
  UserSettingsUpdate:
    "Synced settings changed in one of the user's sessions: each value is a pair of timestamp and text.",
  UserPlatformWipe: "A user was banned from the platform: forget their messages.",
  DeleteSession: "One of the user's other sessions ended.",
  DeleteAllSessions: "All sessions of the user ended but the excluded one.",
  VoiceChannelJoin: "Somebody joined a call.",
  VoiceChannelLeave: "Somebody left a call.",
  VoiceChannelMove: "Somebody moved from one call to another.",
  UserVoiceStateUpdate: "What a participant of a call sends or receives changed; `id` is the user.",
  UserMoveVoiceChannel: "The user was moved to another call: join it with this token.",
  VoiceCallUpdate: "A call rings, or has ended.",
};

/** Events that nothing here publishes yet, and the part that they come with. This list only shrinks. */
export const unsentEvents: Readonly<Partial<Record<ClientFacingEventType, string>>> = {
  MessageAppend: "embeds of links",
  WebhookCreate: "webhooks",
  WebhookUpdate: "webhooks",
  WebhookDelete: "webhooks",
  EmojiCreate: "changing emoji",
  EmojiUpdate: "changing emoji",
  EmojiDelete: "changing emoji",
  UserPlatformWipe: "moderation of the platform",
  VoiceChannelJoin: "voice",
  VoiceChannelLeave: "voice",
  VoiceChannelMove: "voice",
  UserVoiceStateUpdate: "voice",
  UserMoveVoiceChannel: "voice",
  VoiceCallUpdate: "voice",
};
