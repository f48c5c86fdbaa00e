import { z } from "zod";
import { FileDocument } from "@lib/model/stored/file.ts";
import { Timestamp } from "@lib/model/stored/timestamp.ts";

/** How one user stands to another; `None` and `User` are never stored by normal operation. */
export const StoredRelationshipStatus = z.enum([
  "None",
  "User",
  "Friend",
  "Outgoing",
  "Incoming",
  "Blocked",
  "BlockedOther",
]);
export type StoredRelationshipStatus = z.output<typeof StoredRelationshipStatus>;

/** Chosen presence and status text. */
export const StoredUserStatus = z.object({
  text: z.exactOptional(z.string()),
  presence: z.exactOptional(z.enum(["Online", "Idle", "Focus", "Busy", "Invisible"])),
});
export type StoredUserStatus = z.output<typeof StoredUserStatus>;

/** Profile text and background. */
export const StoredUserProfile = z.object({
  content: z.exactOptional(z.string()),
  background: z.exactOptional(FileDocument),
});
export type StoredUserProfile = z.output<typeof StoredUserProfile>;

/** A relation of a user; the first entry of a target counts, as in the reference. */
export const StoredRelation = z.object({ _id: z.string(), status: StoredRelationshipStatus });
export type StoredRelation = z.output<typeof StoredRelation>;

/** A document of `users`: a person or a bot. */
export const UserDocument = z.object({
  _id: z.string(),
  username: z.string(),
  discriminator: z.string(),
  display_name: z.exactOptional(z.string()),
  pronouns: z.exactOptional(z.string()),
  avatar: z.exactOptional(FileDocument),
  relations: z.exactOptional(z.array(StoredRelation).transform(firstOfEachTarget)),
  badges: z.exactOptional(z.number()),
  status: z.exactOptional(StoredUserStatus),
  profile: z.exactOptional(StoredUserProfile),
  flags: z.exactOptional(z.number()),
  privileged: z.boolean().default(false),
  /** Present for bot users. */
  bot: z.exactOptional(z.object({ owner: z.string() })),
  suspended_until: z.exactOptional(Timestamp),
  last_acknowledged_policy_change: Timestamp,
});
export type UserDocument = z.output<typeof UserDocument>;

function firstOfEachTarget(relations: StoredRelation[]): StoredRelation[] {
  const targets = new Set(relations.map(({ _id }) => _id));
  if (targets.size === relations.length) return relations;
  return relations.filter(({ _id }) => targets.delete(_id)); // true for the first one of each
}
