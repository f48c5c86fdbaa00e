import * as mfa from "@lib/contract/mfa.ts";
import { totpCode } from "@lib/domain/mfa/totp.ts";
import type { Mail } from "@lib/mail/mailer.ts";
import type { Client } from "@lib/rpc/client.ts";
import type { Person, SettingsInput, TestApi } from "@tests/harness/test-api.ts";
import { z } from "zod";

/** Settings of an instance with a mail server. */
export const withMail: SettingsInput = { api: { smtp: { host: "mail.test" } } };

/** A password that nothing is wrong with. */
export const GOOD_PASSWORD = "valid password";

/** An address of its own for each test: tests of one run may share a database. */
export const newEmail = (): string => `${crypto.randomUUID().replaceAll("-", "")}@validemail.com`;

const Refusal = z.looseObject({ type: z.string(), with: z.string().optional(), location: z.string().optional() });

/** The body of an answer that is a refusal. */
export const refusalOf = async (response: Response) => Refusal.parse(await response.json());

/** The token in the link of a mail. */
export function mailedToken(mail: Mail | undefined): string {
  const [, token] = /\/([A-Za-z0-9_-]{32})\n/.exec(mail?.text ?? "") ?? [];
  if (token === undefined) throw new Error(`no token in: ${mail?.text}`);
  return token;
}

/** The person's client with a validated ticket, which one request uses up. */
export async function withTicket(person: Person, answer?: { totp_code: string }): Promise<Client> {
  const { token } = await person.client.call(mfa.createTicket, { body: answer ?? { password: person.password } });
  return person.client.with({ mfaTicket: token });
}

const STEP_MS = 30_000;

/**
 * Puts one-time codes in force and returns how to read the app that shows them. The clock is moved to the start of a
 * step first, so that no test is surprised by the end of one.
 */
export async function setUpTotp(api: TestApi, person: Person): Promise<{ secret: string; code(): string }> {
  api.clock.advance(STEP_MS - (api.clock.now() % STEP_MS));
  const { secret } = await (await withTicket(person)).call(mfa.generateTotpSecret, {});
  const code = () => totpCode(secret, api.clock.now());
  await person.client.call(mfa.enableTotp, { body: { totp_code: code() } });
  return { secret, code };
}

/** Moves the clock into the next step of one-time codes, since every code works once. */
export const nextCode = (api: TestApi): void => api.clock.advance(STEP_MS);
