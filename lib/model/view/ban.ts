import type { BannedUser, ServerBan } from "@lib/model/ban.ts";
import type { BanDocument } from "@lib/model/stored/ban.ts";
import type { UserDocument } from "@lib/model/stored/user.ts";
import { viewFile } from "@lib/model/view/file.ts";

/** A ban; its reason is null when none was given (conformance data-15). */
export function viewBan({ _id, reason }: BanDocument): ServerBan {
  return { _id: { server: _id.server, user: _id.user }, reason: reason ?? null };
}

/** As much of a user as a list of bans shows. */
export function viewBannedUser(user: UserDocument): BannedUser {
  const { _id, username, discriminator, avatar } = user;
  return { _id, username, discriminator, avatar: avatar ? viewFile(avatar) : null };
}
