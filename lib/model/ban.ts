import { described } from "@lib/model/described.ts";
import { File } from "@lib/model/file.ts";
import { MemberCompositeKey } from "@lib/model/member.ts";
import { z } from "zod";

/** Server Ban. */
export const ServerBan = z
  .object({
    _id: described(MemberCompositeKey, "Unique member id"),
    reason: z.string().describe("Reason for ban creation").nullish(),
  })
  .meta({ id: "ServerBan", description: "Server Ban" });
export type ServerBan = z.output<typeof ServerBan>;

/** Just enough information to list a ban. */
export const BannedUser = z
  .object({
    _id: z.string().describe("Id of the banned user"),
    username: z.string().describe("Username of the banned user"),
    discriminator: z.string().describe("Discriminator of the banned user"),
    avatar: described(File, "Avatar of the banned user").nullish(),
  })
  .meta({ id: "BannedUser", description: "Just enough information to list a ban" });
export type BannedUser = z.output<typeof BannedUser>;

/** Ban list result. */
export const BanListResult = z
  .object({
    users: z.array(BannedUser).describe("Users objects"),
    bans: z.array(ServerBan).describe("Ban objects"),
  })
  .meta({ id: "BanListResult", description: "Ban list result" });
export type BanListResult = z.output<typeof BanListResult>;
