import { event } from "@lib/event/event.ts";
import { channelTopic, privateTopic } from "@lib/event/topic.ts";
import { Timestamp } from "@lib/model/timestamp.ts";
import { PartialUserVoiceState, UserVoiceState } from "@lib/model/voice.ts";
import { z } from "zod";

/** Somebody joined the call of a channel. */
export const voiceChannelJoin = event("VoiceChannelJoin", z.object({ id: z.string(), state: UserVoiceState }), {
  changes: "nothing",
  topics: ({ id }) => [channelTopic(id)],
});

/** Somebody left the call of a channel, other than by moving to another. */
export const voiceChannelLeave = event("VoiceChannelLeave", z.object({ id: z.string(), user: z.string() }), {
  changes: "nothing",
  topics: ({ id }) => [channelTopic(id)],
});

/**
 * Somebody moved from one call to another. Only those who see the new channel are told: the event names it, and who
 * sees only the old one must not learn of it.
 */
export const voiceChannelMove = event(
  "VoiceChannelMove",
  z.object({ user: z.string(), from: z.string(), to: z.string(), state: UserVoiceState }),
  { changes: "nothing", topics: ({ to }) => [channelTopic(to)] },
);

/** A participant's tracks or voice permissions changed; `id` is the user. */
export const userVoiceStateUpdate = event(
  "UserVoiceStateUpdate",
  z.object({ id: z.string(), channel_id: z.string(), data: PartialUserVoiceState }),
  { changes: "nothing", topics: ({ channel_id }) => [channelTopic(channel_id)] },
);

/** A moderator moves the user to another call: the way there. */
export const userMoveVoiceChannel = event(
  "UserMoveVoiceChannel",
  z.object({ node: z.string(), from: z.string(), to: z.string(), token: z.string() }),
  { changes: "nothing", topics: (_, userId: string) => [privateTopic(userId)] },
);

/** A call in a direct message or group rings for the given users, or has ended. */
export const voiceCallUpdate = event(
  "VoiceCallUpdate",
  z.object({
    initiator_id: z.string(),
    channel_id: z.string(),
    started_at: Timestamp.nullable(),
    ended: z.boolean(),
  }),
  {
    changes: "nothing",
    topics: ({ channel_id, ended }, notifiedUserIds: readonly string[]) =>
      ended ? [channelTopic(channel_id)] : notifiedUserIds.map(privateTopic),
  },
);
