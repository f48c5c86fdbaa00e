import { memberRemovals } from "@lib/model/removal-paths.ts";
import type { Actor } from "@lib/domain/actor.ts";
import { previousValues } from "@lib/domain/audit/previous-values.ts";
import { recordAudit } from "@lib/domain/audit/record-audit.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { inStoredOrder } from "@lib/domain/in-stored-order.ts";
import { withFiles } from "@lib/domain/files/with-files.ts";
import { type MemberEdit, type MemberEditScene, checkMemberEdit } from "@lib/domain/members/check-member-edit.ts";
import { accessServer } from "@lib/domain/servers/access-server.ts";
import { fail } from "@lib/error/fail.ts";
import { serverMemberUpdate } from "@lib/event/server-events.ts";
import type { Member } from "@lib/model/member.ts";
import type { MemberChanges } from "@lib/model/stored/audit-log.ts";
import type { FileDocument } from "@lib/model/stored/file.ts";
import type { MemberDocument } from "@lib/model/stored/member.ts";
import { defined } from "@lib/model/view/defined.ts";
import { viewMember, viewPartialMember } from "@lib/model/view/member.ts";

type EditDeps = Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "background" | "settings">;

type Place = { server_id: string; member_id: string };

/**
 * Sets and removes fields of a member (conformance servers-58 to servers-71). The actor must be allowed to by the time
 * of writing, too: who has lost a role meanwhile does not keep it by naming it (P13).
 */
export async function editMember(
  deps: EditDeps,
  actor: Actor,
  { server_id, member_id, reason, ...edit }: MemberEdit & Place & { reason: string | null },
): Promise<Member> {
  const access = () => accessEditable(deps, actor, { server_id, member_id }, edit);
  const { user, member } = await access(); // before anybody waits for this

  const use = { type: "UserAvatar", id: actor.id } as const; // as their own is, whoever's member it is
  const claims = [edit.avatar === undefined ? undefined : { tag: "avatars", id: edit.avatar, use }] as const;
  const { changes, before, after } = await withFiles(deps, { uploaderId: actor.id, claims }, ([avatar]) =>
    write(deps, member._id, { access, changes: changesOf(edit, avatar), remove: edit.remove }),
  );
  const removed = edit.remove.map((name) => memberRemovals[name]);
  const replaced = previousValues(before, changes, removed);
  const action = { type: "MemberEdit", user: user._id, before: replaced, after: changes } as const;
  recordAudit(deps, { server: member._id.server, user: actor.id, reason, target: user._id, action });
  if (edit.remove.includes("Avatar") && before.avatar) await deps.store.attachments.markDeleted([before.avatar._id]);
  return viewMember(after);
}

type Target = MemberEditScene["target"];

/** The member and their user; fails unless the actor may edit them so now. */
async function accessEditable(
  deps: EditDeps,
  actor: Actor,
  { server_id, member_id }: Place,
  edit: MemberEdit,
): Promise<Target> {
  const access = await accessServer(deps, actor, server_id, []);
  const [user, member] = await Promise.all([
    deps.store.users.get(member_id),
    deps.store.members.get(server_id, member_id),
  ]);
  if (!user || !member) fail("NotFound");
  await checkMemberEdit(deps, { actor, access, target: { user, member } }, edit);
  return { user, member };
}

type Change = { access: () => Promise<Target>; changes: MemberChanges; remove: MemberEdit["remove"] };

/** What was set, the member as they were when their turn came, and as they are now. */
function write(deps: EditDeps, id: MemberDocument["_id"], { access, changes, remove }: Change) {
  return inStoredOrder(
    deps,
    { member: id },
    {
      async write() {
        const { member: before } = await access();
        const written = (await deps.store.members.update(id, changes, remove)) ?? fail("NotFound");
        return { changes, before, after: changes.roles ? await withoutGoneRoles(deps, written) : written };
      },
      tell: ({ after: { roles } }) => {
        const told = changes.roles ? { ...changes, roles } : changes;
        return serverMemberUpdate({ id, data: viewPartialMember(told), clear: remove });
      },
    },
  );
}

/** Takes back roles that were deleted after they were looked for: their deletion may have passed the member by (P12). */
async function withoutGoneRoles({ store }: Pick<Deps, "store">, member: MemberDocument): Promise<MemberDocument> {
  const { server: id } = member._id;
  const present = (await store.servers.get(id))?.roles ?? {};
  const gone = member.roles.filter((role) => !Object.hasOwn(present, role));
  for (const role of gone) await store.members.removeRole(id, role);
  return { ...member, roles: member.roles.filter((role) => !gone.includes(role)) };
}

/** What is written, each role once. */
function changesOf(edit: MemberEdit, avatar: FileDocument | undefined): MemberChanges {
  const { nickname, pronouns, timeout, can_publish, can_receive } = edit;
  const roles = edit.roles && [...new Set(edit.roles)];
  return defined({ nickname, pronouns, avatar, roles, timeout, can_publish, can_receive });
}
