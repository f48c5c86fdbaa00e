import { Id } from "@lib/contract/parameters.ts";
import { route } from "@lib/contract/route.ts";
import { Channel } from "@lib/model/channel.ts";
import { z } from "zod";

export const listDirectMessages = route({
  id: "fetch_dms_direct_messages",
  method: "get",
  path: "/users/dms",
  tag: "Direct Messaging",
  summary: "Fetch Direct Message Channels",
  description: "This fetches your direct messages, including any DM and group DM conversations.",
  guards: ["user"],
  success: { status: 200, schema: z.array(Channel) },
  errors: [],
});

export const openDirectMessage = route({
  id: "open_dm_open_dm",
  method: "get",
  path: "/users/{target}/dm",
  tag: "Direct Messaging",
  summary: "Open Direct Message",
  description: "Open a DM with another user.\n\nIf the target is oneself, a saved messages channel is returned.",
  guards: ["user"],
  params: z.object({ target: Id }),
  success: { status: 200, schema: Channel },
  errors: ["NotFound", "MissingPermission"],
});
