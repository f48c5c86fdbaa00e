import { described } from "@lib/model/described.ts";
import { z } from "zod";

/** Parent Id of the emoji. */
export const EmojiParent = z
  .discriminatedUnion("type", [
    z.object({
      type: z.literal("Server"),
      id: z.string(),
    }),
    z.object({
      type: z.literal("Detached"),
    }),
  ])
  .meta({ id: "EmojiParent", description: "Parent Id of the emoji" });
export type EmojiParent = z.output<typeof EmojiParent>;

/** Emoji. */
export const Emoji = z
  .object({
    _id: z.string().describe("Unique Id"),
    parent: described(EmojiParent, "What owns this emoji"),
    creator_id: z.string().describe("Uploader user id"),
    name: z.string().describe("Emoji name"),
    animated: z.boolean().describe("Whether the emoji is animated").optional(),
    nsfw: z.boolean().describe("Whether the emoji is marked as nsfw").optional(),
  })
  .meta({ id: "Emoji", description: "Emoji" });
export type Emoji = z.output<typeof Emoji>;

/** Partial emoji representation. */
export const PartialEmoji = z
  .object({
    name: z.string().nullish(),
  })
  .meta({ id: "PartialEmoji", description: "Partial emoji representation" });
export type PartialEmoji = z.output<typeof PartialEmoji>;
