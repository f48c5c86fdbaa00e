import { ColourText, text } from "@lib/model/text.ts";
import { z } from "zod";

/** What this message should reply to and how. */
export const ReplyIntent = z
  .object({
    id: z.string().describe("Message Id"),
    mention: z.boolean().describe("Whether this reply should mention the message's author"),
    fail_if_not_exists: z
      .boolean()
      .describe(
        "Whether to error if the referenced message doesn't exist. Otherwise, send a message without this reply. Default is true.",
      )
      .nullish(),
  })
  .meta({ id: "ReplyIntent", description: "What this message should reply to and how" });
export type ReplyIntent = z.output<typeof ReplyIntent>;

/** Representation of a text embed before it is sent. */
export const SendableEmbed = z
  .object({
    icon_url: text(1, 256).nullish(),
    url: text(1, 256).nullish(),
    title: text(1, 100).nullish(),
    description: text(1, 2000).nullish(),
    media: z.string().nullish(),
    colour: ColourText.nullish(),
  })
  .meta({ id: "SendableEmbed", description: "Representation of a text embed before it is sent." });
export type SendableEmbed = z.output<typeof SendableEmbed>;
