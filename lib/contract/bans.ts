import { Id, optional, SafeInteger } from "@lib/contract/parameters.ts";
import { route } from "@lib/contract/route.ts";
import { BanListResult, ServerBan } from "@lib/model/ban.ts";
import { BAN_DELETE_SECONDS_MAX, DESCRIPTION_LENGTH_MAX } from "@lib/model/limits.ts";
import { text } from "@lib/model/text.ts";
import { z } from "zod";

const ofUser = z.object({ server: Id, target: Id });

/** Body of `createBan`. */
export const DataBanCreate = z
  .object({
    reason: optional(text(0, DESCRIPTION_LENGTH_MAX).describe("Ban reason")),
    delete_message_seconds: optional(
      SafeInteger.min(0)
        .max(BAN_DELETE_SECONDS_MAX)
        .meta({ description: "Messages to delete in seconds", minimum: 0, maximum: BAN_DELETE_SECONDS_MAX }),
    ),
  })
  .meta({ id: "DataBanCreate", description: "Information for new server ban" });
export type DataBanCreate = z.output<typeof DataBanCreate>;

export const createBan = route({
  id: "ban_create_ban",
  method: "put",
  path: "/servers/{server}/bans/{target}",
  tag: "Server Members",
  summary: "Ban User",
  description: "Ban a user by their id.",
  guards: ["user", "audit-reason"],
  params: ofUser,
  body: DataBanCreate,
  success: { status: 200, schema: ServerBan },
  errors: ["NotFound", "CannotRemoveYourself", "InvalidOperation", "MissingPermission", "NotElevated"],
});

export const removeBan = route({
  id: "ban_remove_unban",
  method: "delete",
  path: "/servers/{server}/bans/{target}",
  tag: "Server Members",
  summary: "Unban user",
  description: "Remove a user's ban.",
  guards: ["user", "audit-reason"],
  params: ofUser,
  success: { status: 204 },
  errors: ["NotFound", "MissingPermission"],
});

export const listBans = route({
  id: "ban_list_list",
  method: "get",
  path: "/servers/{target}/bans",
  tag: "Server Members",
  summary: "Fetch Bans",
  description: "Fetch all bans on a server.",
  guards: ["user"],
  params: z.object({ target: Id }),
  success: { status: 200, schema: BanListResult },
  errors: ["NotFound", "MissingPermission"],
});
