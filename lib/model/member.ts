import { described } from "@lib/model/described.ts";
import { File } from "@lib/model/file.ts";
import { Role } from "@lib/model/role.ts";
import { Timestamp } from "@lib/model/timestamp.ts";
import { User } from "@lib/model/user.ts";
import { z } from "zod";

/** Composite primary key consisting of server and user id. */
export const MemberCompositeKey = z
  .object({
    server: z.string().describe("Server Id"),
    user: z.string().describe("User Id"),
  })
  .meta({ id: "MemberCompositeKey", description: "Composite primary key consisting of server and user id" });
export type MemberCompositeKey = z.output<typeof MemberCompositeKey>;

/** Server Member. */
export const Member = z
  .object({
    _id: described(MemberCompositeKey, "Unique member id"),
    joined_at: described(Timestamp, "Time at which this user joined the server"),
    nickname: z.string().describe("Member's nickname").nullish(),
    pronouns: z.string().describe("Member's pronouns").nullish(),
    avatar: described(File, "Avatar attachment").nullish(),
    roles: z.array(z.string()).describe("Member's roles").optional(),
    timeout: described(Timestamp, "Timestamp this member is timed out until").nullish(),
    can_publish: z.boolean().describe("Whether the member is server-wide voice muted").optional(),
    can_receive: z.boolean().describe("Whether the member is server-wide voice deafened").optional(),
  })
  .meta({ id: "Member", description: "Server Member" });
export type Member = z.output<typeof Member>;

/** Optional fields on server member object. */
export const FieldsMember = z
  .enum(["Nickname", "Pronouns", "Avatar", "Roles", "Timeout", "CanReceive", "CanPublish", "JoinedAt", "VoiceChannel"])
  .meta({ id: "FieldsMember", description: "Optional fields on server member object" });
export type FieldsMember = z.output<typeof FieldsMember>;

/** What changed in a member. The identifier is `id` here. */
export const PartialMember = z
  .object({
    id: MemberCompositeKey.nullish(),
    joined_at: Timestamp.nullish(),
    nickname: z.string().nullish(),
    pronouns: z.string().nullish(),
    avatar: File.nullish(),
    roles: z.array(z.string()).nullish(),
    timeout: Timestamp.nullish(),
    can_publish: z.boolean().nullish(),
    can_receive: z.boolean().nullish(),
  })
  .meta({ id: "PartialMember" });
export type PartialMember = z.output<typeof PartialMember>;

/** Response with all members. */
export const AllMemberResponse = z
  .object({
    members: z.array(Member).describe("List of members"),
    users: z.array(User).describe("List of users"),
  })
  .meta({ id: "AllMemberResponse", description: "Response with all members" });
export type AllMemberResponse = z.output<typeof AllMemberResponse>;

/** Member response. */
export const MemberResponse = z
  .union([
    Member,
    z.object({
      member: Member,
      roles: z.record(z.string(), Role),
    }),
  ])
  .meta({ id: "MemberResponse", description: "Member response" });
export type MemberResponse = z.output<typeof MemberResponse>;

/** Query members by name. */
export const MemberQueryResponse = z
  .object({
    members: z.array(Member).describe("List of members"),
    users: z.array(User).describe("List of users"),
  })
  .meta({ id: "MemberQueryResponse", title: "Query members by name" });
export type MemberQueryResponse = z.output<typeof MemberQueryResponse>;
