import { type Actor, requirePerson } from "@lib/domain/actor.ts";
import { recordAudit } from "@lib/domain/audit/record-audit.ts";
import { accessChannel } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { fail } from "@lib/error/fail.ts";
import type { Invite } from "@lib/model/invite.ts";
import { INVITE_CODE_LENGTH } from "@lib/model/limits.ts";
import type { ChannelDocument } from "@lib/model/stored/channel.ts";
import type { InviteDocument } from "@lib/model/stored/invite.ts";
import { viewInvite } from "@lib/model/view/invite.ts";
import { DuplicateKeyError } from "@lib/store/database.ts";

/** No letters that are taken for others when they are read aloud or typed from paper. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZabcdefghjkmnpqrstvwxyz";

/**
 * Invites that one person may have made and not deleted. They are kept for good, and whoever manages a server reads all
 * of its own at once.
 */
const PER_CREATOR_MAX = 1_000;

/**
 * Creates an invite to a group or to the server of a channel, a new one each time (conformance messages-25). Fails with
 * `InvalidOperation` for other channels, and for who has made very many; a few more pass when made at the same time.
 */
export async function createInvite(
  deps: Pick<Deps, "store" | "clock" | "ids" | "settings" | "background">,
  actor: Actor,
  { target, reason }: { target: string; reason: string | null },
): Promise<Invite> {
  requirePerson(actor);
  const { channel } = await accessChannel(deps, actor, target, "InviteOthers");
  if ((await deps.store.invites.countByCreator(actor.id)) >= PER_CREATOR_MAX) fail("InvalidOperation");
  const invite = await insertInvite(deps, (code) => newInvite(code, actor.id, channel));
  if (!(await deps.store.channels.get(channel._id))) await withdraw(deps, invite);
  if (invite.type === "Server") {
    const action = { type: "InviteCreate", invite: invite._id, channel: channel._id } as const;
    recordAudit(deps, { server: invite.server, user: actor.id, reason, action });
  }
  return viewInvite(invite);
}

/** The channel was deleted since it was looked for, perhaps with its invites before this one (P12). */
async function withdraw({ store }: Pick<Deps, "store">, { _id }: InviteDocument): Promise<never> {
  await store.invites.delete(_id);
  return fail("NotFound");
}

function newInvite(_id: string, creator: string, channel: ChannelDocument): InviteDocument {
  switch (channel.channel_type) {
    case "Group":
      return { type: "Group", _id, creator, channel: channel._id };
    case "TextChannel":
      return { type: "Server", _id, server: channel.server, creator, channel: channel._id };
    default:
      return fail("InvalidOperation");
  }
}

/** How many codes are tried; one in 54^8 is taken by a given invite. */
const ATTEMPTS_MAX = 8;

async function insertInvite(
  { store, ids }: Pick<Deps, "store" | "ids">,
  make: (code: string) => InviteDocument,
): Promise<InviteDocument> {
  for (let attempt = 1; ; attempt++) {
    const code = Array.from({ length: INVITE_CODE_LENGTH }, () => ALPHABET.charAt(ids.integer(ALPHABET.length)));
    const invite = make(code.join(""));
    try {
      await store.invites.insert(invite);
      return invite;
    } catch (error) {
      if (!(error instanceof DuplicateKeyError) || attempt === ATTEMPTS_MAX) throw error;
    }
  }
}
