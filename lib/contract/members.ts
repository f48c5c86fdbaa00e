import { Id, optional } from "@lib/contract/parameters.ts";
import { removals } from "@lib/contract/removals.ts";
import { route } from "@lib/contract/route.ts";
import { RequestTimestamp } from "@lib/contract/request-timestamp.ts";
import { described } from "@lib/model/described.ts";
import { NAME_LENGTH, PRONOUNS_LENGTH } from "@lib/model/limits.ts";
import { AllMemberResponse, FieldsMember, Member, MemberQueryResponse, MemberResponse } from "@lib/model/member.ts";
import { text } from "@lib/model/text.ts";
import { z } from "zod";

const ofServer = z.object({ target: Id });
const ofMember = z.object({ server_id: Id, member_id: Id });

/** Body of `editMember`. */
export const DataMemberEdit = z
  .object({
    nickname: optional(text(NAME_LENGTH.min, NAME_LENGTH.max).describe("Member nickname")),
    pronouns: optional(text(PRONOUNS_LENGTH.min, PRONOUNS_LENGTH.max).describe("Member pronouns")),
    avatar: optional(z.string().describe("Attachment Id to set for avatar")),
    roles: optional(z.array(z.string()).describe("Array of role ids")),
    timeout: optional(described(RequestTimestamp, "Timestamp this member is timed out until")),
    can_publish: optional(z.boolean().describe("server-wide voice muted")),
    can_receive: optional(z.boolean().describe("server-wide voice deafened")),
    voice_channel: optional(z.string().describe("voice channel to move to if already in a voice channel")),
    remove: removals(FieldsMember, "Fields to remove from channel object"),
  })
  .meta({ id: "DataMemberEdit", description: "New member information" });
export type DataMemberEdit = z.output<typeof DataMemberEdit>;

export const listMembers = route({
  id: "member_fetch_all_fetch_all",
  method: "get",
  path: "/servers/{target}/members",
  tag: "Server Members",
  summary: "Fetch Members",
  description: "Fetch all server members.",
  guards: ["user"],
  params: ofServer,
  query: z.object({
    exclude_offline: z.boolean().nullable().optional().describe("Whether to exclude offline users"),
  }),
  success: { status: 200, schema: AllMemberResponse },
  errors: ["NotFound"],
});

export const fetchMember = route({
  id: "member_fetch_fetch",
  method: "get",
  path: "/servers/{server_id}/members/{member_id}",
  tag: "Server Members",
  summary: "Fetch Member",
  description: "Retrieve a member.",
  guards: ["user"],
  params: ofMember,
  query: z.object({ roles: z.boolean().nullable().optional() }),
  success: { status: 200, schema: MemberResponse },
  errors: ["NotFound"],
});

export const queryMembers = route({
  id: "member_experimental_query_member_experimental_query",
  method: "get",
  path: "/servers/{target}/members_experimental_query",
  tag: "Server Members",
  summary: "Query members by name",
  description: "Query members by a given name, this API is not stable and will be removed in the future.",
  guards: ["user"],
  params: ofServer,
  query: z.object({
    query: z.string().describe("String to search for"),
    experimental_api: z.boolean().describe("Discourage use of this API"),
  }),
  success: { status: 200, schema: MemberQueryResponse },
  errors: ["InvalidOperation", "NotFound"],
});

export const editMember = route({
  id: "member_edit_edit",
  method: "patch",
  path: "/servers/{server_id}/members/{member_id}",
  tag: "Server Members",
  summary: "Edit Member",
  description: "Edit a member by their id.",
  guards: ["user", "audit-reason"],
  params: ofMember,
  body: DataMemberEdit,
  success: { status: 200, schema: Member },
  errors: [
    "NotFound",
    "MissingPermission",
    "InvalidOperation",
    "CannotTimeoutYourself",
    "IsElevated",
    "NotElevated",
    "InvalidRole",
    "LiveKitUnavailable",
    "UnknownChannel",
    "NotConnected",
  ],
});

export const kickMember = route({
  id: "member_remove_kick",
  method: "delete",
  path: "/servers/{server_id}/members/{member_id}",
  tag: "Server Members",
  summary: "Kick Member",
  description: "Removes a member from the server.",
  guards: ["user", "audit-reason"],
  params: ofMember,
  success: { status: 204 },
  errors: ["NotFound", "CannotRemoveYourself", "InvalidOperation", "MissingPermission", "NotElevated"],
});
