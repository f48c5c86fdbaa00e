import type { Invite } from "@lib/model/invite.ts";
import type { InviteDocument } from "@lib/model/stored/invite.ts";

/** An invite as its creator sees it. */
export function viewInvite(invite: InviteDocument): Invite {
  return { ...invite };
}
