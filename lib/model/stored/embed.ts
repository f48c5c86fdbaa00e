import { z } from "zod";
import { FileDocument } from "@lib/model/stored/file.ts";

const text = z.exactOptional(z.string());

/** A player known by its site. */
export const StoredSpecial = z.discriminatedUnion("type", [
  z.object({ type: z.literal("None") }),
  z.object({ type: z.literal("GIF") }),
  z.object({ type: z.literal("Soundcloud") }),
  z.object({
    type: z.literal("YouTube"),
    id: z.string(),
    creator_name: text,
    creator_url: text,
    timestamp: text,
  }),
  z.object({ type: z.literal("Lightspeed"), content_type: z.literal("Channel"), id: z.string() }),
  z.object({ type: z.literal("Twitch"), content_type: z.enum(["Channel", "Video", "Clip"]), id: z.string() }),
  z.object({ type: z.literal("Spotify"), content_type: z.string(), id: z.string() }),
  z.object({ type: z.literal("Bandcamp"), content_type: z.enum(["Album", "Track"]), id: z.string() }),
  z.object({ type: z.literal("AppleMusic"), album_id: z.string(), track_id: text }),
  z.object({ type: z.literal("Streamable"), id: z.string() }),
]);
export type StoredSpecial = z.output<typeof StoredSpecial>;

const Image = z.object({
  url: z.string(),
  width: z.number(),
  height: z.number(),
  size: z.enum(["Large", "Preview"]),
});
const Video = z.object({ url: z.string(), width: z.number(), height: z.number() });

/** An embed of a message. */
export const StoredEmbed = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("Website"),
    url: text,
    original_url: text,
    special: z.exactOptional(StoredSpecial),
    title: text,
    description: text,
    image: z.exactOptional(Image),
    video: z.exactOptional(Video),
    site_name: text,
    icon_url: text,
    colour: text,
  }),
  Image.extend({ type: z.literal("Image") }),
  Video.extend({ type: z.literal("Video") }),
  z.object({
    type: z.literal("Text"),
    icon_url: text,
    url: text,
    title: text,
    description: text,
    media: z.exactOptional(FileDocument),
    colour: text,
  }),
  z.object({ type: z.literal("None") }),
]);
export type StoredEmbed = z.output<typeof StoredEmbed>;
