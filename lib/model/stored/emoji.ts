import { z } from "zod";

/** Who an emoji belongs to; detached ones are only kept so that old messages render. */
export const StoredEmojiParent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("Server"), id: z.string() }),
  z.object({ type: z.literal("Detached") }),
]);
export type StoredEmojiParent = z.output<typeof StoredEmojiParent>;

/** A document of `emojis`, under the id of its file. */
export const EmojiDocument = z.object({
  _id: z.string(),
  parent: StoredEmojiParent,
  creator_id: z.string(),
  name: z.string(),
  animated: z.boolean().default(false),
  nsfw: z.boolean().default(false),
});
export type EmojiDocument = z.output<typeof EmojiDocument>;
