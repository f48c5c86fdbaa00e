import type { Deps } from "@lib/domain/deps.ts";

const ALPHABET = "1234567890abcdefghjkmnpqrstvwxyz";
const CODES = 10;
const GROUP_LENGTH = 5;

/** Replaces the recovery codes of an account by ten new ones (conformance accounts-62, data-43). */
export async function generateRecoveryCodes(deps: Pick<Deps, "store" | "ids">, accountId: string): Promise<string[]> {
  const symbol = () => ALPHABET.charAt(deps.ids.integer(ALPHABET.length));
  const group = () => Array.from({ length: GROUP_LENGTH }, symbol).join("");
  const codes = Array.from({ length: CODES }, () => `${group()}-${group()}`);
  await deps.store.accounts.setRecoveryCodes(accountId, codes);
  return codes;
}
