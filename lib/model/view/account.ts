import type { AccountInfo } from "@lib/model/account.ts";
import type { MFATicket, MultiFactorStatus } from "@lib/model/mfa.ts";
import type { ResponseLogin, SessionInfo } from "@lib/model/session.ts";
import type { AccountDocument } from "@lib/model/stored/account.ts";
import type { MfaTicketDocument } from "@lib/model/stored/mfa-ticket.ts";
import type { SessionDocument } from "@lib/model/stored/session.ts";
import { isoTimestamp } from "@lib/model/stored/timestamp.ts";
import { defined } from "@lib/model/view/defined.ts";

/** What an account shows of itself. */
export function viewAccount({ _id, email }: AccountDocument): AccountInfo {
  return { _id, email };
}

/** Which second factors are in force. */
export function viewMultiFactorStatus({ mfa }: AccountDocument): MultiFactorStatus {
  return defined({
    totp_mfa: mfa.totp_token?.status === "Enabled" || undefined,
    recovery_active: mfa.recovery_codes.length > 0 || undefined,
  });
}

/** A session as lists show it: without its token. */
export function viewSession({ _id, name }: SessionDocument): SessionInfo {
  return { _id, name };
}

/** A new session with its token, the answer to a login that succeeded. */
export function viewLogin(session: SessionDocument): Extract<ResponseLogin, { result: "Success" }> {
  return { result: "Success", ...session, last_seen: isoTimestamp(session.last_seen) };
}

/** A ticket with everything in it. */
export function viewMfaTicket(ticket: MfaTicketDocument): MFATicket {
  const { _id, account_id, token, validated, authorised, last_totp_code = null } = ticket;
  return { _id, account_id, token, validated, authorised, last_totp_code };
}
