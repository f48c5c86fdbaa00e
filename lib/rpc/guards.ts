import type { Guard } from "@lib/contract/route.ts";
import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { IDEMPOTENCY_TTL_MS, idempotencyName } from "@lib/domain/messages/idempotency.ts";
import { isTicketLive } from "@lib/domain/mfa/ticket.ts";
import { OverLimitError } from "@lib/error/over-limit.ts";
import type { AccountDocument } from "@lib/model/stored/account.ts";
import type { MfaTicketDocument } from "@lib/model/stored/mfa-ticket.ts";
import type { SessionDocument } from "@lib/model/stored/session.ts";
import type { Caller } from "@lib/rpc/caller.ts";
import { clientNetwork } from "@lib/rpc/client-network.ts";
import { bucketOf, countRequest } from "@lib/rpc/rate-limit.ts";
import { RequestError } from "@lib/rpc/request-error.ts";
import { readTokenHeader } from "@lib/rpc/token-header.ts";

/** What each guard contributes to its handler. */
export type GuardValues = {
  session: { session: SessionDocument };
  account: { session: SessionDocument; account: AccountDocument };
  "account?": { account: AccountDocument | null };
  user: { actor: Actor };
  "user?": { actor: Actor | null };
  "validated-ticket": { ticket: MfaTicketDocument };
  "validated-ticket?": { ticket: MfaTicketDocument | null };
  "unvalidated-ticket?": { unvalidatedTicket: MfaTicketDocument | null };
  /** `X-Audit-Log-Reason`, null when absent. */
  "audit-reason": { reason: string | null };
  /** The key to store as the message's nonce, and how to give it back when the request fails. */
  "idempotency-key": { idempotencyKey: string; release: () => Promise<void> };
  "network-limit": object;
};

type Context = { deps: Deps; headers: Headers; caller: Caller; address: string };
type Check<G extends Guard> = (context: Context) => Promise<GuardValues[G]>;

/** Every guard, by name. Each fails with the protocol's status (conformance accounts-3 to accounts-7, accounts-36). */
export const guards: { [G in Guard]: Check<G> } = {
  session: async ({ caller }) => ({
    session: (await caller.session()) ?? refuse(401, "InvalidSession", "no valid session"),
  }),
  account: requireAccount,
  "account?": async (context) => ({ account: (await orNull(requireAccount(context)))?.account ?? null }),
  user: async ({ caller }) => ({
    actor: (await caller.actor()) ?? refuse(401, "InvalidSession", "no valid session or bot token"),
  }),
  "user?": async ({ caller }) => ({ actor: await caller.actor() }),
  "validated-ticket": requireValidatedTicket,
  "validated-ticket?": async (context) => ({ ticket: (await orNull(requireValidatedTicket(context)))?.ticket ?? null }),
  "unvalidated-ticket?": async (context) => ({ unvalidatedTicket: await getUnvalidatedTicket(context) }),
  "audit-reason": async ({ headers }) => ({ reason: readHeader(headers, "x-audit-log-reason", 512) }),
  "idempotency-key": takeIdempotencyKey,
  "network-limit": countNetwork,
};

async function requireAccount({ deps, caller }: Context): Promise<GuardValues["account"]> {
  const session = (await caller.session()) ?? refuse(401, "InvalidSession", "no valid session");
  const account =
    (await deps.store.accounts.get(session.user_id)) ?? refuse(401, "InvalidSession", "the account is gone");
  return { session, account };
}

/** A ticket of another account is refused before it is used up; of its own account it dies with this request (P26). */
async function requireValidatedTicket(context: Context): Promise<GuardValues["validated-ticket"]> {
  const ticket = (await findTicket(context)) ?? refuse(401, "InvalidToken", "no valid MFA ticket");
  if (!ticket.validated) refuse(403, "InvalidToken", "the MFA ticket is not validated");
  const session = await context.caller.session();
  if (session && session.user_id !== ticket.account_id)
    refuse(403, "InvalidToken", "the MFA ticket is of another account");
  const claimed =
    (await context.deps.store.mfaTickets.claim(ticket.token, { validated: true })) ??
    refuse(401, "InvalidToken", "the MFA ticket was used");
  return { ticket: claimed };
}

async function getUnvalidatedTicket(context: Context): Promise<MfaTicketDocument | null> {
  const ticket = await findTicket(context);
  return ticket && !ticket.validated ? ticket : null;
}

async function findTicket({ deps, headers }: Context): Promise<MfaTicketDocument | null> {
  const token = readTokenHeader(headers, "x-mfa-ticket");
  const ticket = token === null ? null : await deps.store.mfaTickets.getByToken(token);
  return ticket && isTicketLive(ticket, deps.clock.now()) ? ticket : null;
}

/** Holds the key for its author until the request succeeded; a failed request gives it back (P10). */
async function takeIdempotencyKey({ deps, headers, caller }: Context): Promise<GuardValues["idempotency-key"]> {
  const key = readHeader(headers, "idempotency-key", 64);
  if (key === null) return { idempotencyKey: deps.ids.ulid(), release: async () => {} };
  const author = (await caller.actor())?.id ?? "";
  const name = idempotencyName(author, key);
  if ((await deps.keys.take(name, "1", IDEMPOTENCY_TTL_MS)) !== null)
    refuse(409, "DuplicateNonce", "this Idempotency-Key was used");
  return { idempotencyKey: key, release: () => deps.keys.delete(name) };
}

/** What a network may do without a session is not multiplied by the sessions that it has (P16). */
async function countNetwork({ deps, caller, address }: Context): Promise<GuardValues["network-limit"]> {
  if ((await caller.identity()) === null) return {}; // counted so already
  const { allowed, resetMs } = await countRequest(deps.keys, clientNetwork(address), bucketOf("POST", ["auth"]));
  if (!allowed) throw new OverLimitError(resetMs);
  return {};
}

/** A header of at most `bytesMax` bytes; null when absent or not UTF-8. Header text is one byte per character. */
function readHeader(headers: Headers, name: string, bytesMax: number): string | null {
  const raw = headers.get(name);
  if (raw === null) return null;
  if (raw.length > bytesMax) refuse(400, "HeaderTooLarge", `${name} is over ${bytesMax} bytes`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(raw, "latin1"));
  } catch {
    return null;
  }
}

async function orNull<T>(guard: Promise<T>): Promise<T | null> {
  try {
    return await guard;
  } catch (error) {
    if (error instanceof RequestError) return null;
    throw error;
  }
}

function refuse(...[status, type, description]: ConstructorParameters<typeof RequestError>): never {
  throw new RequestError(status, type, description);
}
