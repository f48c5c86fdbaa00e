import { described } from "@lib/model/described.ts";
import { Int, Uint, Uint8 } from "@lib/model/integers.ts";
import { z } from "zod";

/** Metadata associated with a file. */
export const Metadata = z
  .discriminatedUnion("type", [
    z
      .object({
        type: z.literal("File"),
      })
      .describe("File is just a generic uncategorised file"),
    z
      .object({
        type: z.literal("Text"),
      })
      .describe("File contains textual data and should be displayed as such"),
    z
      .object({
        type: z.literal("Image"),
        width: Uint,
        height: Uint,
        thumbhash: z.array(Uint8).nullish(),
        animated: z.boolean().nullish(),
      })
      .describe("File is an image with specific dimensions, and may be animated"),
    z
      .object({
        type: z.literal("Video"),
        width: Uint,
        height: Uint,
      })
      .describe("File is a video with specific dimensions"),
    z
      .object({
        type: z.literal("Audio"),
      })
      .describe("File is audio"),
  ])
  .meta({ id: "Metadata", description: "Metadata associated with a file" });
export type Metadata = z.output<typeof Metadata>;

/** File. */
export const File = z
  .object({
    _id: z.string().describe("Unique Id"),
    tag: z.string().describe("Tag / bucket this file was uploaded to"),
    filename: z.string().describe("Original filename"),
    metadata: described(Metadata, "Parsed metadata of this file"),
    content_type: z.string().describe("Raw content type of this file"),
    size: Int.describe("Size of this file (in bytes)"),
    deleted: z.boolean().describe("Whether this file was deleted").nullish(),
    reported: z.boolean().describe("Whether this file was reported").nullish(),
    message_id: z.string().nullish(),
    user_id: z.string().nullish(),
    server_id: z.string().nullish(),
    object_id: z.string().describe("Id of the object this file is associated with").nullish(),
  })
  .meta({ id: "File", description: "File" });
export type File = z.output<typeof File>;
