import type { Deps } from "@lib/domain/deps.ts";

/**
 * To be called once a password was replaced: ends what the one before it began and a mailed link or a code would still
 * complete (P26). These are its tickets, and a move to another address, by which a thief could take the account back.
 */
export async function endWhatPasswordBegan({ store }: Pick<Deps, "store">, accountId: string): Promise<void> {
  await store.mfaTickets.deleteByAccount(accountId);
  await store.accounts.endMove(accountId);
}
