import { Timestamp } from "@lib/model/timestamp.ts";
import { z } from "zod";

/** System Event. */
export const SystemMessage = z
  .discriminatedUnion("type", [
    z.object({
      type: z.literal("text"),
      content: z.string(),
    }),
    z.object({
      type: z.literal("user_added"),
      id: z.string(),
      by: z.string(),
    }),
    z.object({
      type: z.literal("user_remove"),
      id: z.string(),
      by: z.string(),
    }),
    z.object({
      type: z.literal("user_joined"),
      id: z.string(),
    }),
    z.object({
      type: z.literal("user_left"),
      id: z.string(),
    }),
    z.object({
      type: z.literal("user_kicked"),
      id: z.string(),
    }),
    z.object({
      type: z.literal("user_banned"),
      id: z.string(),
    }),
    z.object({
      type: z.literal("channel_renamed"),
      name: z.string(),
      by: z.string(),
    }),
    z.object({
      type: z.literal("channel_description_changed"),
      by: z.string(),
    }),
    z.object({
      type: z.literal("channel_icon_changed"),
      by: z.string(),
    }),
    z.object({
      type: z.literal("channel_ownership_changed"),
      from: z.string(),
      to: z.string(),
    }),
    z.object({
      type: z.literal("message_pinned"),
      id: z.string(),
      by: z.string(),
    }),
    z.object({
      type: z.literal("message_unpinned"),
      id: z.string(),
      by: z.string(),
    }),
    z.object({
      type: z.literal("call_started"),
      by: z.string(),
      finished_at: Timestamp.nullish(),
    }),
  ])
  .meta({ id: "SystemMessage", description: "System Event" });
export type SystemMessage = z.output<typeof SystemMessage>;
