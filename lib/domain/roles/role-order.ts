import type { ServerDocument } from "@lib/model/stored/server.ts";
import { sortedRoles } from "@lib/permission/sorted-roles.ts";

/** Ids of all roles, the highest first; equal ranks in the order that permissions are calculated in. */
export function roleOrder({ roles }: Pick<ServerDocument, "roles">): string[] {
  return sortedRoles({ roles }, { roles: Object.keys(roles) })
    .map(({ id }) => id)
    .reverse();
}

/** The ranks that make an order: the places in it. */
export function ranksOf(order: readonly string[]): Record<string, number> {
  return Object.fromEntries(order.map((role, at) => [role, at]));
}
