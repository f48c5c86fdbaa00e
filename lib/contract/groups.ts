import { Id, optional } from "@lib/contract/parameters.ts";
import { route } from "@lib/contract/route.ts";
import { Channel } from "@lib/model/channel.ts";
import { DESCRIPTION_LENGTH_MAX, FILE_ID_LENGTH, NAME_LENGTH } from "@lib/model/limits.ts";
import { text } from "@lib/model/text.ts";
import { User } from "@lib/model/user.ts";
import { z } from "zod";

/** Users that can be named when a group is created. */
const USERS_MAX = 49;

const recipient = z.object({ group_id: Id, member_id: Id });

/** Body of `createGroup`. */
export const DataCreateGroup = z
  .object({
    name: text(NAME_LENGTH.min, NAME_LENGTH.max).describe("Group name"),
    description: optional(text(0, DESCRIPTION_LENGTH_MAX).describe("Group description")),
    icon: optional(text(FILE_ID_LENGTH.min, FILE_ID_LENGTH.max).describe("Group icon")),
    users: z
      .array(z.string())
      // Repetitions collapse before they are counted (conformance messages-5).
      .refine((ids) => new Set(ids).size <= USERS_MAX, `must name at most ${USERS_MAX} users`)
      .describe("Array of user IDs to add to the group\n\nMust be friends with these users.")
      .meta({ maxItems: USERS_MAX, minItems: 0, uniqueItems: true })
      .default([]),
    nsfw: optional(z.boolean().describe("Whether this group is age-restricted")),
  })
  .meta({ id: "DataCreateGroup", description: "Create new group" });
export type DataCreateGroup = z.output<typeof DataCreateGroup>;

export const createGroup = route({
  id: "group_create_create_group",
  method: "post",
  path: "/channels/create",
  tag: "Groups",
  summary: "Create Group",
  description: "Create a new group channel.",
  guards: ["user"],
  body: DataCreateGroup,
  success: { status: 200, schema: Channel },
  errors: ["IsBot", "NotFriends", "GroupTooLarge", "NotFound"],
});

export const listGroupMembers = route({
  id: "members_fetch_fetch_members",
  method: "get",
  path: "/channels/{target}/members",
  tag: "Groups",
  summary: "Fetch Group Members",
  description:
    "Retrieves all users who are part of this group.\n\nThis may not return full user information if users are not friends but have mutual connections.",
  guards: ["user"],
  params: z.object({ target: Id }),
  success: { status: 200, schema: z.array(User) },
  errors: ["NotFound", "MissingPermission", "InvalidOperation"],
});

export const addGroupMember = route({
  id: "group_add_member_add_member",
  method: "put",
  path: "/channels/{group_id}/recipients/{member_id}",
  tag: "Groups",
  summary: "Add Member to Group",
  description: "Adds another user to the group.",
  guards: ["user"],
  params: recipient,
  success: { status: 204 },
  errors: [
    ...(["IsBot", "NotFound", "MissingPermission", "InvalidOperation"] as const),
    ...(["NotFriends", "AlreadyInGroup", "GroupTooLarge"] as const),
  ],
});

export const removeGroupMember = route({
  id: "group_remove_member_remove_member",
  method: "delete",
  path: "/channels/{group_id}/recipients/{member_id}",
  tag: "Groups",
  summary: "Remove Member from Group",
  description: "Removes a user from the group.",
  guards: ["user"],
  params: recipient,
  success: { status: 204 },
  errors: ["IsBot", "NotFound", "InvalidOperation", "MissingPermission", "CannotRemoveYourself", "NotInGroup"],
});
