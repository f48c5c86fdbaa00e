import type { Int64 } from "@lib/model/int64.ts";

/**
 * The rank of a new role below the given ones. Null when they leave no room: one of them has a rank so large that what
 * follows it is no exact number, or no 64-bit one, as a server may that another program wrote.
 */
export function rankBelow(roles: readonly { readonly rank: Int64 }[]): number | null {
  const lowest = Math.max(-1, ...roles.map(({ rank }) => Number(rank)));
  return lowest < Number.MAX_SAFE_INTEGER ? lowest + 1 : null;
}
