import { Id, Int32, optional } from "@lib/contract/parameters.ts";
import { removals } from "@lib/contract/removals.ts";
import { route } from "@lib/contract/route.ts";
import { Username } from "@lib/contract/username.ts";
import { described } from "@lib/model/described.ts";
import {
  DISPLAY_NAME_LENGTH,
  DISPLAY_NAME_PATTERN,
  FILE_ID_LENGTH,
  PROFILE_CONTENT_LENGTH_MAX,
  PRONOUNS_LENGTH,
} from "@lib/model/limits.ts";
import { text } from "@lib/model/text.ts";
import { FieldsUser, FlagResponse, MutualResponse, User, UserProfile, UserStatus } from "@lib/model/user.ts";
import { z } from "zod";

const ofTarget = z.object({ target: Id });
const fileId = () => text(FILE_ID_LENGTH.min, FILE_ID_LENGTH.max);

/** The profile part of `DataEditUser`. */
export const DataUserProfile = z
  .object({
    content: optional(text(0, PROFILE_CONTENT_LENGTH_MAX).describe("Text to set as user profile description")),
    background: optional(fileId().describe("Attachment Id for background")),
  })
  .meta({ id: "DataUserProfile", description: "New user profile data" });

/** Body of `editUser`. */
export const DataEditUser = z
  .object({
    display_name: optional(
      text(DISPLAY_NAME_LENGTH.min, DISPLAY_NAME_LENGTH.max, DISPLAY_NAME_PATTERN).describe("New display name"),
    ),
    pronouns: optional(text(PRONOUNS_LENGTH.min, PRONOUNS_LENGTH.max).describe("New pronouns")),
    avatar: optional(fileId().describe("Attachment Id for avatar")),
    status: optional(described(UserStatus, "New user status")),
    profile: optional(described(DataUserProfile, "New user profile data\n\nThis is applied as a partial.")),
    badges: optional(Int32.describe("Bitfield of user badges")),
    flags: optional(Int32.describe("Enum of user flags")),
    remove: removals(FieldsUser, "Fields to remove from user object"),
  })
  .meta({ id: "DataEditUser", description: "New user information" });
export type DataEditUser = z.output<typeof DataEditUser>;

/** Body of `changeUsername`. */
export const DataChangeUsername = z
  .object({
    username: Username.describe("New username"),
    password: text(8, 1024).describe("Current account password"),
  })
  .meta({ id: "DataChangeUsername", title: "Username Information" });
export type DataChangeUsername = z.output<typeof DataChangeUsername>;

export const fetchSelf = route({
  id: "fetch_self_fetch",
  method: "get",
  path: "/users/@me",
  tag: "User Information",
  summary: "Fetch Self",
  description: "Retrieve your user information.",
  guards: ["user"],
  success: { status: 200, schema: User },
  errors: [],
});

export const fetchUser = route({
  id: "fetch_user_fetch",
  method: "get",
  path: "/users/{target}",
  tag: "User Information",
  summary: "Fetch User",
  description: "Retrieve a user's information.",
  guards: ["user"],
  params: ofTarget,
  success: { status: 200, schema: User },
  errors: ["NotFound", "MissingPermission"],
});

export const fetchUserFlags = route({
  id: "fetch_user_flags_fetch_user_flags",
  method: "get",
  path: "/users/{target}/flags",
  tag: "User Information",
  summary: "Fetch User Flags",
  description: "Retrieve a user's flags.",
  guards: [],
  params: ofTarget,
  success: { status: 200, schema: FlagResponse },
  errors: [],
});

export const editUser = route({
  id: "edit_user_edit",
  method: "patch",
  path: "/users/{target}",
  tag: "User Information",
  summary: "Edit User",
  description: "Edit currently authenticated user.",
  guards: ["user"],
  params: ofTarget,
  body: DataEditUser,
  success: { status: 200, schema: User },
  errors: ["NotPrivileged", "NotFound", "InvalidOperation"],
});

export const changeUsername = route({
  id: "change_username_change_username",
  method: "patch",
  path: "/users/@me/username",
  tag: "User Information",
  summary: "Change Username",
  description: "Change your username.",
  guards: ["account", "user"],
  body: DataChangeUsername,
  success: { status: 200, schema: User },
  errors: [
    "IsBot",
    "InvalidCredentials",
    "LockedOut",
    "InvalidUsername",
    "UsernameTaken",
    "DiscriminatorChangeRatelimited",
  ],
});

export const fetchDefaultAvatar = route({
  id: "get_default_avatar_default_avatar",
  method: "get",
  path: "/users/{target}/default_avatar",
  tag: "User Information",
  summary: "Fetch Default Avatar",
  description: "This returns a default avatar based on the given id.",
  guards: [],
  params: z.object({ target: z.string() }),
  success: { status: 200, image: true },
  errors: [],
});

export const fetchUserProfile = route({
  id: "fetch_profile_profile",
  method: "get",
  path: "/users/{target}/profile",
  tag: "User Information",
  summary: "Fetch User Profile",
  description:
    "Retrieve a user's profile data.\n\nWill fail if you do not have permission to access the other user's profile.",
  guards: ["user"],
  params: ofTarget,
  success: { status: 200, schema: UserProfile },
  errors: ["NotFound", "MissingPermission"],
});

export const findMutual = route({
  id: "find_mutual_mutual",
  method: "get",
  path: "/users/{target}/mutual",
  tag: "Relationships",
  summary: "Fetch Mutual Friends, Servers, Groups and DMs",
  description: "Retrieve a list of mutual friends, servers, groups and DMs with another user.",
  guards: ["user"],
  params: ofTarget,
  success: { status: 200, schema: MutualResponse },
  errors: ["InvalidOperation", "NotFound", "MissingPermission"],
});
