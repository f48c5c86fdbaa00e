import { fail } from "@lib/error/fail.ts";
import type { Settings } from "@lib/settings/settings.ts";
import { z } from "zod";

const TIMEOUT_MS = 5_000;
const Verdict = z.object({ blocked: z.boolean() });

/** Headers that are nobody else's business. */
const CREDENTIALS = ["x-session-token", "x-bot-token", "x-mfa-ticket", "authorization", "cookie"];

/**
 * Asks the configured abuse filter about a registration; `BlockedByShield` when it says so. A filter that cannot be
 * reached stops nobody; one that talks nonsense is a fault of the installation.
 */
export async function requireUnblocked(
  { api }: Pick<Settings, "api">,
  { address, email, headers }: { address: string; email: string; headers: Headers },
): Promise<void> {
  const { host, key } = api.security.shield;
  if (host === "") return;
  const shown = Object.fromEntries([...headers].filter(([name]) => !CREDENTIALS.includes(name)));
  const response = await ask(`${host}/validate`, key, { ip: address, email, headers: shown, dry_run: false });
  if (response && Verdict.parse(await response.json()).blocked) fail("BlockedByShield");
}

async function ask(url: string, key: string, body: object): Promise<Response | null> {
  const headers = { Authorization: key, "Content-Type": "application/json" };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    return await fetch(url, { method: "POST", headers, body: JSON.stringify(body), signal });
  } catch {
    return null;
  }
}
