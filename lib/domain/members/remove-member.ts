import type { Deps } from "@lib/domain/deps.ts";
import { takingTurns } from "@lib/domain/in-stored-order.ts";
import { announceMembership } from "@lib/domain/members/announce-membership.ts";
import { publish } from "@lib/domain/publish.ts";
import { forgetMemberCount } from "@lib/domain/servers/approximate-member-count.ts";
import { fail } from "@lib/error/fail.ts";
import { serverMemberLeave } from "@lib/event/server-events.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";

/** Why a membership ends. */
export type Departure = "Leave" | "Kick" | "Ban";

const SYSTEM_MESSAGES = { Leave: "user_left", Kick: "user_kicked", Ban: "user_banned" } as const;

/** `silent` leaves out the system message; `check` fails for who may not end it any more when its turn comes. */
type Ending = { silent?: boolean; check?: () => Promise<unknown> };

/**
 * Ends a membership and tells everybody, the user too. A timeout that runs
 * outlives it (conformance data-44). Whether there was a membership: without one nothing is announced. Fails with
 * `InvalidOperation` for the owner, who may have become it after this was asked for (P13).
 */
export function removeMember(
  deps: Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "log" | "background" | "settings">,
  server: ServerDocument,
  userId: string,
  reason: Departure,
  { silent = false, check }: Ending = {},
): Promise<boolean> {
  const key = { server: server._id, user: userId };
  return takingTurns(deps, { member: key }, async () => {
    if ((await deps.store.servers.get(server._id))?.owner === userId) fail("InvalidOperation");
    await check?.();
    if (!(await deps.store.members.remove(key, deps.clock.now()))) return false;
    await forgetMemberCount(deps, server._id);
    await publish(deps, serverMemberLeave({ id: server._id, user: userId, reason }));
    if (!silent) await announceMembership(deps, server, SYSTEM_MESSAGES[reason], userId);
    return true;
  });
}
