import type { UserDocument } from "@lib/model/stored/user.ts";

/** Whether a user may add somebody to a group: a friend, or themself. */
export function isFriendOrSelf(user: Pick<UserDocument, "_id" | "relations">, id: string): boolean {
  if (id === user._id) return true;
  return user.relations?.some((relation) => relation._id === id && relation.status === "Friend") ?? false;
}
