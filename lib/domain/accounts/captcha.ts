import { fail } from "@lib/error/fail.ts";
import type { Settings } from "@lib/settings/settings.ts";
import { z } from "zod";

const VERIFY_URL = "https://hcaptcha.com/siteverify";
const TIMEOUT_MS = 5_000;
const Verdict = z.object({ success: z.literal(true) });

/** Sends a request; the global `fetch`, or a double of it in tests. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Fails with `CaptchaFailed` unless the captcha was solved, or none is configured (conformance accounts-18). */
export async function requireCaptcha(
  { api }: Pick<Settings, "api">,
  token: string | undefined,
  send: Fetch = fetch,
): Promise<void> {
  const secret = api.security.captcha.hcaptcha_key;
  if (secret === "") return;
  if (token === undefined || !(await isSolved(secret, token, send))) fail("CaptchaFailed");
}

async function isSolved(secret: string, response: string, send: Fetch): Promise<boolean> {
  try {
    const body = new URLSearchParams({ secret, response });
    const answer = await send(VERIFY_URL, { method: "POST", body, signal: AbortSignal.timeout(TIMEOUT_MS) });
    return Verdict.safeParse(await answer.json()).success;
  } catch {
    return false; // whoever cannot be checked is refused, as the setting asks for
  }
}
