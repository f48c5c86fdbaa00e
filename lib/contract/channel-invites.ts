import { Id } from "@lib/contract/parameters.ts";
import { route } from "@lib/contract/route.ts";
import { Invite } from "@lib/model/invite.ts";
import { z } from "zod";

export const createInvite = route({
  id: "invite_create_create_invite",
  method: "post",
  path: "/channels/{target}/invites",
  tag: "Channel Invites",
  summary: "Create Invite",
  description: "Creates an invite to this channel.\n\nChannel must be a `TextChannel`.",
  guards: ["user", "audit-reason"],
  params: z.object({ target: Id }),
  success: { status: 200, schema: Invite },
  errors: ["IsBot", "NotFound", "MissingPermission", "InvalidOperation"],
});
