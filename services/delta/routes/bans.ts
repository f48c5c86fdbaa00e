import * as contract from "@lib/contract/bans.ts";
import { createBan } from "@lib/domain/bans/create-ban.ts";
import { listBans } from "@lib/domain/bans/list-bans.ts";
import { removeBan } from "@lib/domain/bans/remove-ban.ts";
import { implement } from "@lib/rpc/implement.ts";

/** Bans of servers. */
export const bans = [
  implement(contract.createBan, ({ deps, actor, params, body, reason }) =>
    createBan(deps, actor, { ...body, ...params, auditReason: reason }),
  ),
  implement(contract.removeBan, ({ deps, actor, params, reason }) => removeBan(deps, actor, { ...params, reason })),
  implement(contract.listBans, ({ deps, actor, params }) => listBans(deps, actor, params)),
];
