import type { Deps } from "@lib/domain/deps.ts";
import { issueTicketToOwner } from "@lib/domain/mfa/issue-ticket.ts";
import { requireMfaResponse } from "@lib/domain/mfa/mfa-response.ts";
import { fail } from "@lib/error/fail.ts";
import type { MFAResponse, MFATicket } from "@lib/model/mfa.ts";
import type { AccountDocument } from "@lib/model/stored/account.ts";
import type { MfaTicketDocument } from "@lib/model/stored/mfa-ticket.ts";
import { viewMfaTicket } from "@lib/model/view/account.ts";

type TicketDeps = Pick<Deps, "store" | "keys" | "clock" | "ids" | "background">;
type Claimant = { account: AccountDocument | null; unvalidatedTicket: MfaTicketDocument | null };

/**
 * Makes a ticket for one action on the account of who proves to own it: whoever is signed in, or holds an unvalidated
 * ticket, which is used up even by a wrong answer. Fails with `InvalidOperation` for both at once, `InvalidToken` for
 * neither, `UnknownUser`, and as `requireMfaResponse` does (conformance accounts-56 to accounts-59).
 */
export async function createTicket(deps: TicketDeps, claimant: Claimant, response: MFAResponse): Promise<MFATicket> {
  const account = await accountOf(deps, claimant);
  await requireMfaResponse(deps, account, response, { purpose: "ticket" });
  return viewMfaTicket(await issueTicketToOwner(deps, account, { validated: true, authorised: false }));
}

async function accountOf(
  { store }: Pick<Deps, "store">,
  { account, unvalidatedTicket }: Claimant,
): Promise<AccountDocument> {
  if (account && unvalidatedTicket) fail("InvalidOperation");
  if (account) return account;
  if (!unvalidatedTicket) return fail("InvalidToken");
  const claimed = (await store.mfaTickets.claim(unvalidatedTicket.token, { validated: false })) ?? fail("InvalidToken");
  return (await store.accounts.get(claimed.account_id)) ?? fail("UnknownUser");
}
