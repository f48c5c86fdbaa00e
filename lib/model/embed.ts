import { describedEnum } from "@lib/model/described-enum.ts";
import { described } from "@lib/model/described.ts";
import { File } from "@lib/model/file.ts";
import { Uint } from "@lib/model/integers.ts";
import { nullish } from "@lib/model/nullish.ts";
import { z } from "zod";

/** Image positioning and size. */
export const ImageSize = describedEnum("ImageSize", "Image positioning and size", {
  Large: "Show large preview at the bottom of the embed",
  Preview: "Show small preview to the side of the embed",
});
export type ImageSize = z.output<typeof ImageSize>;

/** Image. */
export const Image = z
  .object({
    url: z.string().describe("URL to the original image"),
    width: Uint.describe("Width of the image"),
    height: Uint.describe("Height of the image"),
    size: described(ImageSize, "Positioning and size"),
  })
  .meta({ id: "Image", description: "Image" });
export type Image = z.output<typeof Image>;

/** Type of remote Bandcamp content. */
export const BandcampType = z
  .enum(["Album", "Track"])
  .meta({ id: "BandcampType", description: "Type of remote Bandcamp content" });
export type BandcampType = z.output<typeof BandcampType>;

/** Type of remote Lightspeed.tv content. */
export const LightspeedType = z
  .enum(["Channel"])
  .meta({ id: "LightspeedType", description: "Type of remote Lightspeed.tv content" });
export type LightspeedType = z.output<typeof LightspeedType>;

/** Type of remote Twitch content. */
export const TwitchType = z
  .enum(["Channel", "Video", "Clip"])
  .meta({ id: "TwitchType", description: "Type of remote Twitch content" });
export type TwitchType = z.output<typeof TwitchType>;

/** Information about special remote content. */
export const Special = z
  .discriminatedUnion("type", [
    z
      .object({
        type: z.literal("None"),
      })
      .describe("No remote content"),
    z
      .object({
        type: z.literal("GIF"),
      })
      .describe("Content hint that this contains a GIF\n\nUse metadata to find video or image to play"),
    z
      .object({
        type: z.literal("YouTube"),
        id: z.string(),
        creator_name: z.string().nullish(),
        creator_url: z.string().nullish(),
        timestamp: z.string().nullish(),
      })
      .describe("YouTube video"),
    z
      .object({
        type: z.literal("Lightspeed"),
        content_type: LightspeedType,
        id: z.string(),
      })
      .describe("Lightspeed.tv stream"),
    z
      .object({
        type: z.literal("Twitch"),
        content_type: TwitchType,
        id: z.string(),
      })
      .describe("Twitch stream or clip"),
    z
      .object({
        type: z.literal("Spotify"),
        content_type: z.string(),
        id: z.string(),
      })
      .describe("Spotify track"),
    z
      .object({
        type: z.literal("Soundcloud"),
      })
      .describe("Soundcloud track"),
    z
      .object({
        type: z.literal("Bandcamp"),
        content_type: BandcampType,
        id: z.string(),
      })
      .describe("Bandcamp track"),
    z.object({
      type: z.literal("AppleMusic"),
      album_id: z.string(),
      track_id: z.string().nullish(),
    }),
    z
      .object({
        type: z.literal("Streamable"),
        id: z.string(),
      })
      .describe("Streamable Video"),
  ])
  .meta({ id: "Special", description: "Information about special remote content" });
export type Special = z.output<typeof Special>;

/** Video. */
export const Video = z
  .object({
    url: z.string().describe("URL to the original video"),
    width: Uint.describe("Width of the video"),
    height: Uint.describe("Height of the video"),
  })
  .meta({ id: "Video", description: "Video" });
export type Video = z.output<typeof Video>;

/** Embed. */
export const Embed = z
  .discriminatedUnion("type", [
    z
      .object({
        type: z.literal("Website"),
        url: z.string().describe("Direct URL to web page").nullish(),
        original_url: z.string().describe("Original direct URL").nullish(),
        special: nullish(described(Special, "Remote content")),
        title: z.string().describe("Title of website").nullish(),
        description: z.string().describe("Description of website").nullish(),
        image: described(Image, "Embedded image").nullish(),
        video: described(Video, "Embedded video").nullish(),
        site_name: z.string().describe("Site name").nullish(),
        icon_url: z.string().describe("URL to site icon").nullish(),
        colour: z.string().describe("CSS Colour").nullish(),
      })
      .describe("Website metadata"),
    z
      .object({
        type: z.literal("Image"),
        url: z.string().describe("URL to the original image"),
        width: Uint.describe("Width of the image"),
        height: Uint.describe("Height of the image"),
        size: described(ImageSize, "Positioning and size"),
      })
      .describe("Image"),
    z
      .object({
        type: z.literal("Video"),
        url: z.string().describe("URL to the original video"),
        width: Uint.describe("Width of the video"),
        height: Uint.describe("Height of the video"),
      })
      .describe("Video"),
    z
      .object({
        type: z.literal("Text"),
        icon_url: z.string().describe("URL to icon").nullish(),
        url: z.string().describe("URL for title").nullish(),
        title: z.string().describe("Title of text embed").nullish(),
        description: z.string().describe("Description of text embed").nullish(),
        media: described(File, "ID of uploaded autumn file").nullish(),
        colour: z.string().describe("CSS Colour").nullish(),
      })
      .describe("Text Embed"),
    z.object({
      type: z.literal("None"),
    }),
  ])
  .meta({ id: "Embed", description: "Embed" });
export type Embed = z.output<typeof Embed>;
