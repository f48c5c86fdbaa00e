import type { Deps } from "@lib/domain/deps.ts";

/** How long a count is kept when nobody joins or leaves. */
const CACHED_MS = 3_600_000;

type Counting = Pick<Deps, "store" | "keys">;

/** About how many members a server has. */
export async function approximateMemberCount(deps: Counting, serverId: string): Promise<number> {
  return (await approximateMemberCounts(deps, [serverId])).get(serverId) ?? 0;
}

/** About how many members each of the servers has, with one round trip for those that were counted lately. */
export async function approximateMemberCounts(
  { store, keys }: Counting,
  serverIds: readonly string[],
): Promise<Map<string, number>> {
  const cached = serverIds.length === 0 ? [] : await keys.getMany(serverIds.map(cacheKey));
  const counts = await Promise.all(
    serverIds.map(async (id, at): Promise<[string, number]> => {
      const known = Number(cached[at] ?? Number.NaN);
      if (Number.isSafeInteger(known) && known >= 0) return [id, known];
      const count = await store.members.countByServer(id);
      await keys.set(cacheKey(id), String(count), CACHED_MS);
      return [id, count];
    }),
  );
  return new Map(counts);
}

/** Has the members of a server counted again: somebody joined or left. */
export async function forgetMemberCount({ keys }: Pick<Deps, "keys">, serverId: string): Promise<void> {
  await keys.delete(cacheKey(serverId));
}

const cacheKey = (serverId: string) => `member_count:${serverId}`;
