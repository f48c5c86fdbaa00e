import { Id } from "@lib/contract/parameters.ts";
import { route } from "@lib/contract/route.ts";
import { z } from "zod";

const ofEmoji = z.object({ target: Id, msg: Id, emoji: Id });

export const addReaction = route({
  id: "message_react_react_message",
  method: "put",
  path: "/channels/{target}/messages/{msg}/reactions/{emoji}",
  tag: "Interactions",
  summary: "Add Reaction to Message",
  description: "React to a given message.",
  guards: ["user"],
  params: ofEmoji,
  success: { status: 204 },
  errors: ["NotFound", "MissingPermission", "InvalidOperation"],
});

export const removeReaction = route({
  id: "message_unreact_unreact_message",
  method: "delete",
  path: "/channels/{target}/messages/{msg}/reactions/{emoji}",
  tag: "Interactions",
  summary: "Remove Reaction(s) to Message",
  description:
    "Remove your own, someone else's or all of a given reaction.\n\nRequires `ManageMessages` if changing others' reactions.",
  guards: ["user"],
  params: ofEmoji,
  query: z.object({
    user_id: z.string().optional().meta({ nullable: true }).describe("Remove a specific user's reaction"),
    remove_all: z.boolean().optional().meta({ nullable: true }).describe("Remove all reactions"),
  }),
  success: { status: 204 },
  errors: ["NotFound", "MissingPermission", "InvalidOperation"],
});

export const clearReactions = route({
  id: "message_clear_reactions_clear_reactions",
  method: "delete",
  path: "/channels/{target}/messages/{msg}/reactions",
  tag: "Interactions",
  summary: "Remove All Reactions from Message",
  description: "Remove your own, someone else's or all of a given reaction.\n\nRequires `ManageMessages` permission.",
  guards: ["user"],
  params: z.object({ target: Id, msg: Id }),
  success: { status: 204 },
  errors: ["NotFound", "MissingPermission", "InvalidOperation"],
});
