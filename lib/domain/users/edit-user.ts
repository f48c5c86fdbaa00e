import type { DataEditUser } from "@lib/contract/users.ts";
import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { takingTurns } from "@lib/domain/in-stored-order.ts";
import { isEmptyEdit } from "@lib/domain/is-empty-edit.ts";
import { withFiles } from "@lib/domain/files/with-files.ts";
import { correctLate, correctPresence } from "@lib/domain/users/announce-presence.ts";
import { isDeletedUser } from "@lib/domain/users/is-deleted-user.ts";
import { publishUserUpdates } from "@lib/domain/users/publish-user-update.ts";
import { describeUserEdit } from "@lib/domain/users/user-edit-event.ts";
import { viewSelf } from "@lib/domain/users/view-users.ts";
import { fail } from "@lib/error/fail.ts";
import type { FieldsUser, User } from "@lib/model/user.ts";
import type { FileDocument, FileUse } from "@lib/model/stored/file.ts";
import type { UserDocument } from "@lib/model/stored/user.ts";
import { defined } from "@lib/model/view/defined.ts";
import type { UserUpdate } from "@lib/store/users.ts";

type EditDeps = Pick<Deps, "store" | "bus" | "keys" | "ids" | "settings" | "log">;

/**
 * Edits the actor, a bot of theirs, or for privileged users anybody (conformance users-9 to users-21). Status and
 * profile are changed field by field. Of two edits at once the one stored last is told last (P4). Fails with `NotFound`
 * for somebody deleted, also meanwhile: nothing but their name remains (P12).
 */
export async function editUser(
  deps: EditDeps,
  actor: Actor,
  { target, data }: { target: string; data: DataEditUser },
): Promise<User> {
  const isPrivileged = actor.user.privileged;
  if (!isPrivileged && (data.badges !== undefined || data.flags !== undefined)) fail("NotPrivileged");
  const user = await accessEditable(deps, actor, target);
  refuseDeleted(user, data);
  if (isEmptyEdit(data)) return viewSelf(deps, user);
  if (FIELDS.some((field) => isSet(data, field) && data.remove.includes(field))) fail("InvalidOperation");

  const { before, view, online } = await withFiles(deps, claimsOf(user, data), ([avatar, background]) => {
    const set = changesOf(data, { avatar, background });
    return takingTurns(deps, { user: user._id }, () => write(deps, user._id, { data, set }));
  });
  if (typeof online === "boolean") await correctOnline(deps, user._id, online);
  await deps.store.attachments.markDeleted(removedFiles(before, data.remove));
  return view;
}

/** Writes an edit and tells of it: compared with the user as they are now, not as they were when it was asked for. */
async function write(deps: EditDeps, id: string, { data, set }: { data: DataEditUser; set: UserUpdate }) {
  const { remove } = data;
  const before = (await deps.store.users.get(id)) ?? fail("NotFound");
  refuseDeleted(before, data);
  const after = (await deps.store.users.update(id, set, remove)) ?? fail("NotFound");
  const view = await viewSelf(deps, after);
  const isConnected = (await deps.keys.listOnline([id])).has(id);
  const told = describeUserEdit({ before, after, set, remove, isConnected, badges: view.badges ?? 0 });
  await publishUserUpdates(deps, id, told);
  const online = told.find(({ data }) => data.online !== undefined)?.data.online;
  return { before, view, online };
}

/** The request does not wait for a bus that is behind, nor does the end of this process: that has a note of its own. */
async function correctOnline(deps: EditDeps, id: string, told: boolean): Promise<void> {
  const late = await correctPresence(deps, id, told);
  if (late === null) return;
  correctLate(deps, id, late).catch((error) => deps.log.warn("presence told late could not be corrected", { error }));
}

async function accessEditable({ store }: EditDeps, actor: Actor, target: string): Promise<UserDocument> {
  if (target === "@me" || target === actor.id) return actor.user;
  const user = (await store.users.get(target)) ?? fail("NotFound");
  if (user.bot?.owner !== actor.id && !actor.user.privileged) fail("NotPrivileged");
  return user;
}

/** Who sets flags is privileged, and can take back that one, too. */
function refuseDeleted(user: UserDocument, { flags }: DataEditUser): void {
  if (isDeletedUser(user) && flags === undefined) fail("NotFound");
}

/** What cannot be set and removed at once (P27). A status text can: clients replace it so (conformance users-15). */
const FIELDS = ["Avatar", "StatusPresence", "ProfileContent", "ProfileBackground", "DisplayName", "Pronouns"] as const;

function isSet({ avatar, status, profile, display_name, pronouns }: DataEditUser, field: (typeof FIELDS)[number]) {
  const values = {
    Avatar: avatar,
    StatusPresence: status?.presence ?? undefined,
    ProfileContent: profile?.content,
    ProfileBackground: profile?.background,
    DisplayName: display_name,
    Pronouns: pronouns,
  };
  return values[field] !== undefined;
}

function claimsOf({ _id }: UserDocument, { avatar, profile }: DataEditUser) {
  const claim = (tag: string, id: string | undefined, type: FileUse["type"]) =>
    id === undefined ? undefined : { tag, id, use: { type, id: _id } };
  const claims = [
    claim("avatars", avatar, "UserAvatar"),
    claim("backgrounds", profile?.background, "UserProfileBackground"),
  ] as const;
  return { uploaderId: _id, claims };
}

type Pictures = { avatar: FileDocument | undefined; background: FileDocument | undefined };

function changesOf(data: DataEditUser, { avatar, background }: Pictures): UserUpdate {
  const { display_name, pronouns, badges, flags, status, profile } = data;
  return defined({
    display_name,
    pronouns,
    avatar,
    badges,
    flags,
    status: status && defined({ text: status.text ?? undefined, presence: status.presence ?? undefined }),
    profile: profile && defined({ content: profile.content, background }),
  });
}

/** A file that is replaced stays; one that is removed goes (conformance users-17, users-18). */
function removedFiles({ avatar, profile }: UserDocument, remove: readonly FieldsUser[]): string[] {
  const files = [
    remove.includes("Avatar") ? avatar : undefined,
    remove.includes("ProfileBackground") ? profile?.background : undefined,
  ];
  return files.flatMap((file) => (file ? [file._id] : []));
}
