import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";

/** Notes that somebody has seen every policy change so far; the mark never moves back (conformance accounts-74). */
export async function acknowledgePolicyChanges(deps: Pick<Deps, "store">, { id, user }: Actor): Promise<void> {
  const newest = (await deps.store.policyChanges.list()).at(-1)?.created_time ?? 0;
  if (newest <= user.last_acknowledged_policy_change) return;
  await deps.store.users.update(id, { last_acknowledged_policy_change: newest });
}
