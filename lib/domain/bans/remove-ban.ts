import type { Actor } from "@lib/domain/actor.ts";
import { recordAudit } from "@lib/domain/audit/record-audit.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { accessServer } from "@lib/domain/servers/access-server.ts";
import { fail } from "@lib/error/fail.ts";

/** Lifts a ban (conformance servers-56). */
export async function removeBan(
  deps: Pick<Deps, "store" | "clock" | "ids" | "background" | "settings">,
  actor: Actor,
  { server: id, target, reason }: { server: string; target: string; reason: string | null },
): Promise<void> {
  const { server } = await accessServer(deps, actor, id, "BanMembers");
  if (!(await deps.store.bans.delete(server._id, target))) fail("NotFound");
  const action = { type: "BanDelete", user: target } as const;
  recordAudit(deps, { server: server._id, user: actor.id, reason, target, action });
}
