import compromisedPasswords from "@lib/domain/accounts/data/compromised-passwords.txt" with { type: "text" };
import type { Deps } from "@lib/domain/deps.ts";
import { fail } from "@lib/error/fail.ts";
import { createHash } from "node:crypto";

/** Bytes of the shortest password. */
const PASSWORD_BYTES_MIN = 8;

const TIMEOUT_MS = 5_000;

/** Between line ends, so that one search finds a whole line; a set of as many texts would take several megabytes. */
const LISTED = `\n${compromisedPasswords}`;

/**
 * Fails with `ShortPassword`, or with `CompromisedPassword` when it is a well-known one (conformance accounts-14,
 * accounts-15). A configured service decides alone; the built-in list does while it cannot be reached.
 */
export async function requireSafePassword({ settings }: Pick<Deps, "settings">, password: string): Promise<void> {
  if (Buffer.byteLength(password) < PASSWORD_BYTES_MIN) fail("ShortPassword");
  const { easypwned } = settings.api.security;
  const verdict = easypwned === "" ? null : await askService(easypwned, password);
  if (!(verdict ?? !isCompromised(password))) fail("CompromisedPassword");
}

/** Whether a password is on the built-in list of well-known ones. */
export function isCompromised(password: string): boolean {
  return !password.includes("\n") && LISTED.includes(`\n${password}\n`);
}

/** Whether the service calls a password secure; null when it gives no answer. */
async function askService(url: string, password: string): Promise<boolean | null> {
  const digest = createHash("sha1").update(password).digest("hex");
  try {
    const response = await fetch(`${url}/hash/${digest}`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const answer: unknown = await response.json();
    const secure: unknown = typeof answer === "object" && answer !== null && Reflect.get(answer, "secure");
    return typeof secure === "boolean" && response.ok ? secure : null;
  } catch {
    return null; // the built-in list decides
  }
}
