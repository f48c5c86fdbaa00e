import { ulidTime } from "@lib/model/ids.ts";
import type { MfaTicketDocument } from "@lib/model/stored/mfa-ticket.ts";

/** How long a ticket can be used after it was made, in milliseconds. */
export const TICKET_LIFETIME_MS = 300_000;

/** Whether a ticket is young enough to be used (conformance accounts-51). */
export function isTicketLive(ticket: Pick<MfaTicketDocument, "_id">, nowMs: number): boolean {
  return ulidTime(ticket._id) + TICKET_LIFETIME_MS > nowMs;
}
