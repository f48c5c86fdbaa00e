import { Id, optional } from "@lib/contract/parameters.ts";
import { removals } from "@lib/contract/removals.ts";
import { route } from "@lib/contract/route.ts";
import { setsApartFromRemoves } from "@lib/contract/set-and-remove.ts";
import { Channel, FieldsChannel, VoiceInformation } from "@lib/model/channel.ts";
import { described } from "@lib/model/described.ts";
import { asShapeIssue } from "@lib/model/is-shape-issue.ts";
import { DESCRIPTION_LENGTH_MAX, FILE_ID_LENGTH, NAME_LENGTH, SLOWMODE_SECONDS_MAX } from "@lib/model/limits.ts";
import { channelRemovals } from "@lib/model/removal-paths.ts";
import { text } from "@lib/model/text.ts";
import { z } from "zod";

const ofChannel = z.object({ target: Id });

/** Seconds: a negative or broken number has the wrong shape (422), one that is too large breaks a constraint (400). */
const Slowmode = z
  .number()
  .refine((value) => Number.isInteger(value) && value >= 0, asShapeIssue)
  .refine((value) => value <= SLOWMODE_SECONDS_MAX, `must be at most ${SLOWMODE_SECONDS_MAX}`)
  .meta({ type: "integer", format: "uint64", minimum: 0, maximum: SLOWMODE_SECONDS_MAX });

/** Body of `editChannel`. */
export const DataEditChannel = z
  .object({
    name: optional(text(NAME_LENGTH.min, NAME_LENGTH.max).describe("Channel name")),
    description: optional(text(0, DESCRIPTION_LENGTH_MAX).describe("Channel description")),
    owner: optional(z.string().describe("Group owner")),
    icon: optional(text(FILE_ID_LENGTH.min, FILE_ID_LENGTH.max).describe("Icon\n\nProvide an Autumn attachment Id.")),
    nsfw: optional(z.boolean().describe("Whether this channel is age-restricted")),
    archived: optional(z.boolean().describe("Whether this channel is archived")),
    voice: optional(described(VoiceInformation, "Voice Information for voice channels")),
    slowmode: optional(Slowmode.describe("The channel's slow mode delay in seconds, up to 6 hours")),
    remove: removals(FieldsChannel, "Fields to remove from channel"),
  })
  .refine(...setsApartFromRemoves(channelRemovals))
  .meta({ id: "DataEditChannel", description: "New webhook information" });
export type DataEditChannel = z.output<typeof DataEditChannel>;

export const fetchChannel = route({
  id: "channel_fetch_fetch",
  method: "get",
  path: "/channels/{target}",
  tag: "Channel Information",
  summary: "Fetch Channel",
  description: "Fetch channel by its id.",
  guards: ["user"],
  params: ofChannel,
  success: { status: 200, schema: Channel },
  errors: ["NotFound", "MissingPermission"],
});

export const editChannel = route({
  id: "channel_edit_edit",
  method: "patch",
  path: "/channels/{target}",
  tag: "Channel Information",
  summary: "Edit Channel",
  description: "Edit a channel object by its id.",
  guards: ["user", "audit-reason"],
  params: ofChannel,
  body: DataEditChannel,
  success: { status: 200, schema: Channel },
  errors: ["NotFound", "MissingPermission", "InvalidOperation", "NotOwner", "NotInGroup"],
});

export const deleteChannel = route({
  id: "channel_delete_delete",
  method: "delete",
  path: "/channels/{target}",
  tag: "Channel Information",
  summary: "Close Channel",
  description: "Deletes a server channel, leaves a group or closes a group.",
  guards: ["user", "audit-reason"],
  params: ofChannel,
  query: z.object({ leave_silently: z.boolean().nullish().describe("Whether to not send a leave message") }),
  success: { status: 204 },
  errors: ["NotFound", "MissingPermission", "NoEffect"],
});
