import { z } from "zod";
import { FileDocument } from "@lib/model/stored/file.ts";
import { Timestamp } from "@lib/model/stored/timestamp.ts";

/** The identity of a membership or ban; the key order is part of it. */
export const MemberKey = z.object({ server: z.string(), user: z.string() });
export type MemberKey = z.output<typeof MemberKey>;

/** A document of `server_members` of somebody who is a member. */
export const MemberDocument = z.object({
  _id: MemberKey,
  joined_at: Timestamp,
  nickname: z.exactOptional(z.string()),
  pronouns: z.exactOptional(z.string()),
  avatar: z.exactOptional(FileDocument),
  roles: z.array(z.string()).default([]),
  timeout: z.exactOptional(Timestamp),
  can_publish: z.boolean().default(true),
  can_receive: z.boolean().default(true),
});
export type MemberDocument = z.output<typeof MemberDocument>;
