import { roleRemovals } from "@lib/model/removal-paths.ts";
import type { DataEditRole } from "@lib/contract/roles.ts";
import type { Actor } from "@lib/domain/actor.ts";
import { previousValues } from "@lib/domain/audit/previous-values.ts";
import { recordAudit } from "@lib/domain/audit/record-audit.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { inStoredOrder } from "@lib/domain/in-stored-order.ts";
import { replacedFiles } from "@lib/domain/files/replaced-files.ts";
import { withFiles } from "@lib/domain/files/with-files.ts";
import { accessRole, getRole } from "@lib/domain/roles/access-role.ts";
import { fail } from "@lib/error/fail.ts";
import { serverRoleUpdate } from "@lib/event/server-events.ts";
import type { Role } from "@lib/model/role.ts";
import type { FileDocument } from "@lib/model/stored/file.ts";
import { defined } from "@lib/model/view/defined.ts";
import { viewPartialRole, viewRole } from "@lib/model/view/role.ts";
import type { RoleUpdate } from "@lib/store/servers.ts";

type EditDeps = Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "settings" | "background">;

type Place = { target: string; role_id: string };

/**
 * Edits a role; its rank has a route of its own (conformance servers-74 to servers-76). It must be below the actor by the
 * time of writing, too (P13).
 */
export async function editRole(
  deps: EditDeps,
  actor: Actor,
  { data, reason, ...place }: Place & { data: DataEditRole; reason: string | null },
): Promise<Role> {
  const { server, role } = await accessRole(deps, actor, place); // before anybody waits for this
  const use = { type: "RoleIcon", id: role._id } as const;
  const claims = [data.icon === undefined ? undefined : { tag: "icons", id: data.icon, use }] as const;

  const { set, before, after } = await withFiles(deps, { uploaderId: actor.id, claims }, ([icon]) =>
    write(deps, actor, place, { set: changesOf(data, icon), remove: data.remove }),
  );
  const removed = data.remove.map((name) => roleRemovals[name]);
  const replaced = previousValues(before, set, removed);
  const action = { type: "RoleEdit", role: role._id, before: replaced, after: set } as const;
  recordAudit(deps, { server: server._id, user: actor.id, reason, action });
  await deps.store.attachments.markDeleted(replacedFiles(before, after));
  return viewRole(after);
}

type Change = { set: RoleUpdate; remove: DataEditRole["remove"] };

/** What was set, the role as it was when its turn came, and as it is now. */
function write(deps: EditDeps, actor: Actor, place: Place, { set, remove }: Change) {
  const { target: id, role_id } = place;
  return inStoredOrder(
    deps,
    { server: id },
    {
      async write() {
        const { role: before } = await accessRole(deps, actor, place);
        const updated = await deps.store.servers.updateRole(id, role_id, set, remove);
        return { set, before, after: (updated && getRole(updated, role_id)) ?? fail("NotFound") };
      },
      tell: () => serverRoleUpdate({ id, role_id, data: viewPartialRole(set), clear: remove }),
    },
  );
}

function changesOf({ name, colour, hoist }: DataEditRole, icon: FileDocument | undefined): RoleUpdate {
  return defined({ name, colour, hoist, icon });
}
