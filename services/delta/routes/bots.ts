import * as contract from "@lib/contract/bots.ts";
import { createBot } from "@lib/domain/bots/create-bot.ts";
import { deleteBot } from "@lib/domain/bots/delete-bot.ts";
import { editBot } from "@lib/domain/bots/edit-bot.ts";
import { fetchBot, fetchOwnedBots, fetchPublicBot } from "@lib/domain/bots/fetch-bot.ts";
import { inviteBot } from "@lib/domain/bots/invite-bot.ts";
import { implement } from "@lib/rpc/implement.ts";

/** Bots, for their owners and for those who invite them. */
export const bots = [
  implement(contract.createBot, ({ deps, actor, body }) => createBot(deps, actor, body)),
  implement(contract.fetchOwnedBots, ({ deps, actor }) => fetchOwnedBots(deps, actor)),
  implement(contract.fetchBot, ({ deps, actor, params }) => fetchBot(deps, actor, params)),
  implement(contract.fetchPublicBot, ({ deps, actor, params }) => fetchPublicBot(deps, actor, params)),
  implement(contract.inviteBot, ({ deps, actor, params, body }) =>
    inviteBot(deps, actor, { ...params, destination: body }),
  ),
  implement(contract.editBot, ({ deps, actor, params, body }) => editBot(deps, actor, { ...params, data: body })),
  implement(contract.deleteBot, ({ deps, actor, params }) => deleteBot(deps, actor, params)),
];
