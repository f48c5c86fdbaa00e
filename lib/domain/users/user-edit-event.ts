import type { UserDocument } from "@lib/model/stored/user.ts";
import type { FieldsUser, PartialUser } from "@lib/model/user.ts";
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
 * What others learn of an edit. Nobody learns that somebody is invisible: they see them go offline as who disconnects,
 * and come online again (P8). A presence that was shown is taken back, because nobody is told of it anew who connects
 * (P4). A removal that the same edit made up for is left out: clients remove last.
 */
export function describeUserEdit({ before, after, set, remove, isConnected, badges }: UserEdit): {
  data: PartialUser;
  clear: FieldsUser[];
} {
  const wasHidden = isHidden(before);
  const hides = isHidden(after);
  const { status: statusSet, ...others } = set;
  const tellsStatus = statusSet && !(hides && statusSet.text === undefined);
  const data = viewPartialUser({ ...others, ...(tellsStatus && { status: after.status ?? statusSet }) });
  const clear = remove.filter((field) => field !== "StatusText" || set.status?.text === undefined);
  if (hides && !wasHidden && before.status?.presence && !clear.includes("StatusPresence")) clear.push("StatusPresence");
  return {
    data: {
      ...data,
      ...(set.badges !== undefined && { badges }),
      ...(isConnected && wasHidden !== hides && { online: !hides }),
    },
    clear,
  };
}

const isHidden = ({ status }: UserDocument): boolean => status?.presence === "Invisible";
