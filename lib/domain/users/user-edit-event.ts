import type { UserDocument } from "@lib/model/stored/user.ts";
import type { UserChange } from "@lib/domain/users/publish-user-update.ts";
import type { FieldsUser } from "@lib/model/user.ts";
import { viewPartialUser } from "@lib/model/view/user.ts";
import type { UserUpdate } from "@lib/store/users.ts";

/** An edit of a user, and whether they are connected. */
export type UserEdit = {
  before: UserDocument;
  after: UserDocument;
  set: UserUpdate;
  remove: readonly FieldsUser[];
  isConnected: boolean;
  /** The badges as everybody sees them, with those that are not stored. */
  badges: number;
};

/**
 * What others learn of an edit, event by event. Nobody learns that somebody is invisible: they are told in the very
 * words in which they are told that somebody leaves or comes, in an event of their own, whatever else the edit says
 * (P8). A presence that was shown is taken back, because nobody is told of it anew who connects (P4). A removal that the
 * same edit made up for is left out: clients remove last.
 */
export function describeUserEdit(edit: UserEdit): UserChange[] {
  const changes = describeChanges(edit);
  // Nothing of a profile is told, but that there is another one.
  const isTold = Object.keys(changes.data).length > 0 || changes.clear.length > 0 || edit.set.profile !== undefined;
  const told = isTold ? [changes] : [];
  const hides = isHidden(edit.after);
  if (!edit.isConnected || isHidden(edit.before) === hides) return told;
  // As somebody would do it by hand: first come, then choose a status; first take it back, then leave.
  const presence: UserChange = { data: { online: !hides }, clear: [] };
  return hides ? [...told, presence] : [presence, ...told];
}

function describeChanges({ before, after, set, remove, badges }: UserEdit): UserChange {
  const hides = isHidden(after);
  const { status: statusSet, ...others } = set;
  const tellsStatus = statusSet && !(hides && statusSet.text === undefined);
  const data = viewPartialUser({ ...others, ...(tellsStatus && { status: after.status ?? statusSet }) });
  const clear = remove.filter((field) => field !== "StatusText" || set.status?.text === undefined);
  const shown = !isHidden(before) && before.status?.presence;
  if (hides && shown && !clear.includes("StatusPresence")) clear.push("StatusPresence");
  return { data: { ...data, ...(set.badges !== undefined && { badges }) }, clear };
}

const isHidden = ({ status }: UserDocument): boolean => status?.presence === "Invisible";
