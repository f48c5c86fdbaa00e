import { UserFlag } from "@lib/model/flags.ts";
import type { UserDocument } from "@lib/model/stored/user.ts";

/** Whether of a user or bot nothing is left but a name that says so. */
export const isDeletedUser = ({ flags = 0 }: Pick<UserDocument, "flags">): boolean => (flags & UserFlag.Deleted) !== 0;
