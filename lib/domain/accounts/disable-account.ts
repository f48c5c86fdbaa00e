import type { Deps } from "@lib/domain/deps.ts";
import { endAllSessions } from "@lib/domain/sessions/end-all-sessions.ts";

/** Keeps an account from logging in and ends its sessions; only an operator can undo it (conformance accounts-38). */
export async function disableAccount(deps: Pick<Deps, "store" | "bus">, accountId: string): Promise<void> {
  await deps.store.accounts.update(accountId, { disabled: true });
  await deps.store.mfaTickets.deleteByAccount(accountId);
  await endAllSessions(deps, accountId);
}
