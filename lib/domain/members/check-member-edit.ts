/** What an edit of a member needs, in the order in which clients learn of it. */
import type { Actor } from "@lib/domain/actor.ts";
import { channelAccess } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { requireOutranked } from "@lib/domain/members/require-outranked.ts";
import type { ServerAccess } from "@lib/domain/servers/access-server.ts";
import { fail } from "@lib/error/fail.ts";
import type { FieldsMember } from "@lib/model/member.ts";
import type { MemberDocument } from "@lib/model/stored/member.ts";
import type { UserDocument } from "@lib/model/stored/user.ts";
import { actorRank, outranks } from "@lib/permission/member-rank.ts";
import { type PermissionMask, hasPermission, requirePermission } from "@lib/permission/permissions.ts";
import { serverPermissions } from "@lib/permission/server-permissions.ts";

/** The fields that an edit sets, and those it removes. */
export type MemberEdit = {
  nickname?: string | undefined;
  pronouns?: string | undefined;
  avatar?: string | undefined;
  roles?: string[] | undefined;
  timeout?: number | undefined;
  can_publish?: boolean | undefined;
  can_receive?: boolean | undefined;
  voice_channel?: string | undefined;
  remove: FieldsMember[];
};

/** Who edits whom, and where. */
export type MemberEditScene = {
  actor: Actor;
  access: ServerAccess;
  target: { user: UserDocument; member: MemberDocument };
};

const REMOVED_BY = {
  nickname: "Nickname",
  pronouns: "Pronouns",
  avatar: "Avatar",
  roles: "Roles",
  timeout: "Timeout",
  can_publish: "CanPublish",
  can_receive: "CanReceive",
  voice_channel: "VoiceChannel",
} as const satisfies { [field: string]: FieldsMember };

type Field = keyof typeof REMOVED_BY;

/** Fails with the first thing that forbids the edit (conformance servers-58 to servers-70; P26). */
export async function checkMemberEdit(
  deps: Pick<Deps, "store" | "clock" | "settings">,
  scene: MemberEditScene,
  edit: MemberEdit,
): Promise<void> {
  checkFields(scene, edit, deps.clock.now());
  // Who has no place on the server learns nothing and changes nothing, not even by an edit that asks for nothing.
  const { actor, access, target } = scene;
  if (!access.member && access.server.owner !== actor.id && !actor.user.privileged) fail("NotFound");
  checkConsistency(edit);
  await checkVoice(deps, scene, edit);
  if (!isSelf(scene)) requireOutranked({ actor, ...access }, target.member);
  checkAddedRoles(scene, edit.roles ?? []);
}

const isSelf = ({ actor, target }: MemberEditScene): boolean => actor.id === target.user._id;

function checkFields(scene: MemberEditScene, edit: MemberEdit, nowMs: number): void {
  const self = isSelf(scene);
  const touches = (field: Field): boolean => sets(edit, field) || removes(edit, field);
  const need = (permission: PermissionMask): void => requirePermission(scene.access.permissions, permission);

  if (touches("nickname")) need(self ? "ChangeNickname" : "ManageNicknames");
  if (touches("pronouns") && !self) fail("InvalidOperation");
  if (touches("avatar")) {
    if (self) need("ChangeAvatar");
    else if (removes(edit, "avatar")) need("RemoveAvatars");
    else fail("InvalidOperation");
  }
  if (touches("roles")) need("AssignRoles");
  if (sets(edit, "timeout")) {
    if (self) fail("CannotTimeoutYourself");
    if (mayTimeOut(scene, nowMs)) fail("IsElevated");
  }
  if (touches("timeout")) need("TimeoutMembers");
  if (touches("can_publish")) need("MuteMembers");
  if (touches("can_receive")) need("DeafenMembers");
}

/** Whether the target itself could time somebody out. A running timeout takes that from them, so it can be prolonged. */
function mayTimeOut({ access: { server }, target: { user, member } }: MemberEditScene, nowMs: number): boolean {
  const facts = { privileged: user.privileged, userId: user._id, server, member, nowMs };
  return hasPermission(serverPermissions(facts), "TimeoutMembers");
}

/** Setting and removing the same at once means nothing (P27), and without its time of joining nobody is a member. */
function checkConsistency(edit: MemberEdit): void {
  // `Object.keys` forgets the names of the keys.
  for (const field of Object.keys(REMOVED_BY) as Field[]) {
    if (sets(edit, field) && removes(edit, field)) fail("InvalidOperation");
  }
  if (edit.remove.includes("JoinedAt")) fail("InvalidOperation");
}

async function checkVoice(
  deps: Pick<Deps, "store" | "clock" | "settings">,
  scene: MemberEditScene,
  edit: MemberEdit,
): Promise<void> {
  const { actor, access } = scene;
  if (edit.voice_channel === undefined && !removes(edit, "voice_channel")) return;
  if (Object.keys(deps.settings.api.livekit.nodes).length === 0) fail("LiveKitUnavailable");
  if (!isSelf(scene)) requirePermission(access.permissions, "MoveMembers");
  if (edit.voice_channel === undefined) return;
  const channel = await deps.store.channels.get(edit.voice_channel);
  if (channel?.channel_type !== "TextChannel" || channel.server !== access.server._id) fail("UnknownChannel");
  const { permissions } = await channelAccess(deps, actor, channel);
  requirePermission(permissions, "Connect");
  fail("NotConnected"); // Nobody is in a call.
}

/** Only roles below the actor's own can be given; taking roles away is a matter of ranks alone. */
function checkAddedRoles({ actor, access, target }: MemberEditScene, roles: readonly string[]): void {
  const { server, member } = access;
  const held = new Set(target.member.roles);
  const added = [...new Set(roles)].filter((id) => !held.has(id));
  if (added.some((id) => !Object.hasOwn(server.roles, id))) fail("InvalidRole");
  const rank = actorRank({ privileged: actor.user.privileged, userId: actor.id, server, member });
  if (!added.every((id) => outranks(rank, server.roles[id]?.rank ?? 0))) fail("NotElevated");
}

const sets = (edit: MemberEdit, field: Field): boolean => edit[field] !== undefined;
const removes = (edit: MemberEdit, field: Field): boolean => edit.remove.includes(REMOVED_BY[field]);
