import type { Deps } from "@lib/domain/deps.ts";
import { fail } from "@lib/error/fail.ts";
import { isUlid } from "@lib/model/ids.ts";
import type { InviteDocument } from "@lib/model/stored/invite.ts";

/** An invite; `stored` is false when the id of a discoverable server served as its code. */
export type ResolvedInvite = { invite: InviteDocument; stored: boolean };

/**
 * The invite of a code, or of a discoverable server by its id. Fails with `NotFound` (conformance users-61, users-62,
 * servers-42).
 */
export async function resolveInvite({ store }: Pick<Deps, "store">, code: string): Promise<ResolvedInvite> {
  if (!isUlid(code.toUpperCase())) {
    const invite = (await store.invites.get(code)) ?? fail("NotFound");
    return { invite, stored: true };
  }
  const server = await store.servers.get(code);
  const channel = server?.channels[0];
  if (!server?.discoverable || channel === undefined) fail("NotFound");
  const invite = { type: "Server", _id: code, server: server._id, creator: server.owner, channel } as const;
  return { invite, stored: false };
}
