import type { Deps } from "@lib/domain/deps.ts";
import { holdServer } from "@lib/gateway/membership.ts";
import type { WorldReads } from "@lib/gateway/rules/rule.ts";
import { readServer } from "@lib/gateway/snapshot.ts";
import type { World } from "@lib/gateway/world.ts";

/** What rules look up for a world. Both fail as the store does. */
export function worldReads(deps: Pick<Deps, "store" | "keys">, world: World): WorldReads {
  return {
    async server(id) {
      const read = await readServer(deps, id);
      return read && (world.servers.get(id) ?? holdServer(world, read.server, read.channels));
    },
    async relation(userId, otherId) {
      const user = await deps.store.users.get(userId);
      return user?.relations?.find(({ _id }) => _id === otherId)?.status ?? "None";
    },
  };
}
