import { Timestamp } from "@lib/model/timestamp.ts";
import { z } from "zod";

/** What a participant of a call does there. */
export const UserVoiceState = z
  .object({
    id: z.string(),
    joined_at: Timestamp,
    is_receiving: z.boolean(),
    is_publishing: z.boolean(),
    screensharing: z.boolean(),
    camera: z.boolean(),
  })
  .meta({ id: "UserVoiceState", description: "What a participant of a call does there" });
export type UserVoiceState = z.output<typeof UserVoiceState>;

/** What changed for a participant of a call. */
export const PartialUserVoiceState = UserVoiceState.partial().meta({ id: "PartialUserVoiceState" });
export type PartialUserVoiceState = z.output<typeof PartialUserVoiceState>;

/** Who is in the call of a channel. */
export const ChannelVoiceState = z
  .object({
    id: z.string(),
    participants: z.array(UserVoiceState),
  })
  .meta({ id: "ChannelVoiceState", description: "Who is in the call of a channel" });
export type ChannelVoiceState = z.output<typeof ChannelVoiceState>;

/** Voice server token response. */
export const CreateVoiceUserResponse = z
  .object({
    token: z.string().describe("Token for authenticating with the voice server"),
    url: z.string().describe("Url of the livekit server to connect to"),
  })
  .meta({ id: "CreateVoiceUserResponse", description: "Voice server token response" });
export type CreateVoiceUserResponse = z.output<typeof CreateVoiceUserResponse>;
