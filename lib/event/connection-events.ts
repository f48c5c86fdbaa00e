/** Events that only ever go to one connection. They are never published. */
import { directEvent } from "@lib/event/event.ts";
import { PingData } from "@lib/event/client-events.ts";
import { Channel } from "@lib/model/channel.ts";
import { Emoji } from "@lib/model/emoji.ts";
import { Member } from "@lib/model/member.ts";
import { PolicyChange } from "@lib/model/policy.ts";
import { Server } from "@lib/model/server.ts";
import { UserSettings } from "@lib/model/user-settings.ts";
import { ChannelUnread } from "@lib/model/unread.ts";
import { User } from "@lib/model/user.ts";
import { ChannelVoiceState } from "@lib/model/voice.ts";
import { z } from "zod";

/** The token was accepted. */
export const authenticated = directEvent("Authenticated", z.object({}));

/** The token was not accepted: the same object as an error of the API. */
export const errorEvent = directEvent("Error", z.object({ data: z.looseObject({ type: z.string() }) }));

/** What a connection starts with; a key is present when it was asked for. Oneself is the last of `users`. */
export const ready = directEvent(
  "Ready",
  z
    .object({
      users: z.array(User),
      servers: z.array(Server),
      channels: z.array(Channel),
      members: z.array(Member),
      emojis: z.array(Emoji),
      voice_states: z.array(ChannelVoiceState),
      user_settings: UserSettings,
      channel_unreads: z.array(ChannelUnread),
      policy_changes: z.array(PolicyChange),
    })
    .partial(),
);

/** The answer to a `Ping`, with its data. */
export const pong = directEvent("Pong", z.object({ data: PingData }));

/** Several events at once, to be handled in order. */
export const bulk = directEvent("Bulk", z.object({ v: z.array(z.looseObject({ type: z.string() })) }));

/**
 * The answer to a connection that asked to continue where an earlier one ended (P3): what was missed follows, or, when
 * it could not be recovered, `Ready`. Only sent to connections with `resume=true` that named a session.
 */
export const resumed = directEvent("Resumed", z.object({ recovered: z.boolean(), session: z.string() }));
