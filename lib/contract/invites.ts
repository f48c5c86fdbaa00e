import { Id } from "@lib/contract/parameters.ts";
import { route } from "@lib/contract/route.ts";
import { InviteJoinResponse, InviteResponse } from "@lib/model/invite.ts";
import { z } from "zod";

/** An invite code, or the id of a discoverable server. */
const byCode = z.object({ target: Id });

export const fetchInvite = route({
  id: "invite_fetch_fetch",
  method: "get",
  path: "/invites/{target}",
  tag: "Invites",
  summary: "Fetch Invite",
  description: "Fetch an invite by its id.",
  guards: [],
  params: byCode,
  success: { status: 200, schema: InviteResponse },
  errors: ["NotFound"],
});

export const joinInvite = route({
  id: "invite_join_join",
  method: "post",
  path: "/invites/{target}",
  tag: "Invites",
  summary: "Join Invite",
  description: "Join an invite by its ID",
  guards: ["user"],
  params: byCode,
  success: { status: 200, schema: InviteJoinResponse },
  errors: [
    "IsBot",
    "TooManyServers",
    "NotFound",
    "Banned",
    "AlreadyInServer",
    "AlreadyInGroup",
    "GroupTooLarge",
    "InvalidOperation",
  ],
});

export const deleteInvite = route({
  id: "invite_delete_delete",
  method: "delete",
  path: "/invites/{target}",
  tag: "Invites",
  summary: "Delete Invite",
  description: "Delete an invite by its id.",
  guards: ["user", "audit-reason"],
  params: byCode,
  success: { status: 204 },
  errors: ["NotFound", "MissingPermission"],
});
