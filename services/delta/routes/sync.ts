import * as contract from "@lib/contract/sync.ts";
import { listUnreads } from "@lib/domain/sync/list-unreads.ts";
import { fetchSettings, setSettings } from "@lib/domain/sync/settings.ts";
import { implement } from "@lib/rpc/implement.ts";

/** What the sessions of a user have in common. */
export const sync = [
  implement(contract.fetchSettings, ({ deps, actor, body }) => fetchSettings(deps, actor, body)),
  implement(contract.setSettings, ({ deps, actor, query, body }) =>
    setSettings(deps, actor, { ...query, values: body }),
  ),
  implement(contract.listUnreads, ({ deps, actor }) => listUnreads(deps, actor)),
];
