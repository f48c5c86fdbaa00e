import { roleRemovals } from "@lib/model/removal-paths.ts";
import type { DataEditRole } from "@lib/contract/roles.ts";
import type { Actor } from "@lib/domain/actor.ts";
import { previousValues } from "@lib/domain/audit/previous-values.ts";
import { recordAudit } from "@lib/domain/audit/record-audit.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { inStoredOrder } from "@lib/domain/in-stored-order.ts";
import { claimFiles } from "@lib/domain/files/claim-files.ts";
import { replacedFiles } from "@lib/domain/files/replaced-files.ts";
import { accessRole, getRole } from "@lib/domain/roles/access-role.ts";
import { fail } from "@lib/error/fail.ts";
import { serverRoleUpdate } from "@lib/event/server-events.ts";
import type { Role } from "@lib/model/role.ts";
import type { RoleDocument } from "@lib/model/stored/role.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import { defined } from "@lib/model/view/defined.ts";
import { viewPartialRole, viewRole } from "@lib/model/view/role.ts";
import type { RoleUpdate } from "@lib/store/servers.ts";

/** Edits a role; its rank has a route of its own (conformance servers-74 to servers-76). */
export async function editRole(
  deps: Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "settings" | "background">,
  actor: Actor,
  { target, role_id, data, reason }: { target: string; role_id: string; data: DataEditRole; reason: string | null },
): Promise<Role> {
  const { server, role } = await accessRole(deps, actor, { target, role_id });
  const set = await changesOf(deps, actor, role, data);

  const { before, after } = await inStoredOrder(
    deps,
    { server: server._id },
    {
      async write() {
        const found = await deps.store.servers.get(server._id);
        const updated = await deps.store.servers.updateRole(server._id, role._id, set, data.remove);
        return { before: requireRole(found, role._id), after: requireRole(updated, role._id) };
      },
      tell: () =>
        serverRoleUpdate({ id: server._id, role_id: role._id, data: viewPartialRole(set), clear: data.remove }),
    },
  );
  // The keys of an update are fields of the document.
  const touched = new Set([
    ...(Object.keys(set) as (keyof RoleUpdate)[]),
    ...data.remove.map((name) => roleRemovals[name]),
  ]);
  const action = { type: "RoleEdit", role: role._id, before: previousValues(before, touched), after: set } as const;
  recordAudit(deps, { server: server._id, user: actor.id, reason, action });
  await deps.store.attachments.markDeleted(replacedFiles(before, after));
  return viewRole(after);
}

function requireRole(server: ServerDocument | null, id: string): RoleDocument {
  return (server && getRole(server, id)) ?? fail("NotFound");
}

async function changesOf(
  deps: Pick<Deps, "store">,
  actor: Actor,
  role: RoleDocument,
  { name, colour, hoist, icon: id }: DataEditRole,
): Promise<RoleUpdate> {
  const use = { type: "RoleIcon", id: role._id } as const;
  const [icon] = await claimFiles(deps, actor.id, [id === undefined ? undefined : { tag: "icons", id, use }] as const);
  return defined({ name, colour, hoist, icon }) as RoleUpdate; // without undefined fields, which its type has as optional
}
