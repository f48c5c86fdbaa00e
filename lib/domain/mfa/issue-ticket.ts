import type { Deps } from "@lib/domain/deps.ts";
import { TICKET_LIFETIME_MS } from "@lib/domain/mfa/ticket.ts";
import { fail } from "@lib/error/fail.ts";
import { minUlid } from "@lib/model/ids.ts";
import type { AccountDocument } from "@lib/model/stored/account.ts";
import type { MfaTicketDocument } from "@lib/model/stored/mfa-ticket.ts";

const TOKEN_NANOID_LENGTH = 64;

/** Makes a ticket for an account. Now and then, expired ones are removed in the background. */
export async function issueTicket(
  deps: Pick<Deps, "store" | "keys" | "clock" | "ids" | "background">,
  accountId: string,
  fields: Pick<MfaTicketDocument, "validated" | "authorised" | "last_totp_code">,
): Promise<MfaTicketDocument> {
  const _id = deps.ids.ulid();
  const ticket = { _id, account_id: accountId, token: deps.ids.nanoid(TOKEN_NANOID_LENGTH), ...fields };
  await deps.store.mfaTickets.insert(ticket);
  deps.background.run("prune MFA tickets", () => pruneTickets(deps));
  return ticket;
}

/**
 * The same for who proved to own an account as it was read. A new password ends all tickets, also one that is made at
 * this very moment, for whoever replaces it does that first and then ends the tickets. Fails with `InvalidCredentials`.
 */
export async function issueTicketToOwner(
  deps: Parameters<typeof issueTicket>[0],
  { _id, password }: Pick<AccountDocument, "_id" | "password">,
  fields: Parameters<typeof issueTicket>[2],
): Promise<MfaTicketDocument> {
  const ticket = await issueTicket(deps, _id, fields);
  if ((await deps.store.accounts.get(_id))?.password === password) return ticket;
  await deps.store.mfaTickets.delete(ticket._id);
  return fail("InvalidCredentials");
}

/** Removes expired tickets, at most once in a ticket's lifetime across all processes. */
async function pruneTickets({ store, keys, clock }: Pick<Deps, "store" | "keys" | "clock">): Promise<void> {
  if ((await keys.take("mfa:pruned", "1", TICKET_LIFETIME_MS)) !== null) return;
  await store.mfaTickets.deleteBefore(minUlid(clock.now() - TICKET_LIFETIME_MS));
}
