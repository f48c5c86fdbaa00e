import { Id } from "@lib/contract/parameters.ts";
import { route } from "@lib/contract/route.ts";
import { z } from "zod";

export const ackChannel = route({
  id: "channel_ack_ack",
  method: "put",
  path: "/channels/{target}/ack/{message}",
  tag: "Messaging",
  summary: "Acknowledge Message",
  description: "Lets the server and all other clients know that we've seen this message id in this channel.",
  guards: ["user"],
  params: z.object({ target: Id, message: Id }),
  success: { status: 204 },
  errors: ["IsBot", "NotFound", "MissingPermission"],
});

export const ackServer = route({
  id: "server_ack_ack",
  method: "put",
  path: "/servers/{target}/ack",
  tag: "Server Information",
  summary: "Mark Server As Read",
  description: "Mark all channels in a server as read.",
  guards: ["user"],
  params: z.object({ target: Id }),
  success: { status: 204 },
  errors: ["IsBot", "NotFound"],
});
