import type { Deps } from "@lib/domain/deps.ts";
import { ApiError } from "@lib/error/fail.ts";
import { MailQueueFullError, MailRefusedError } from "@lib/mail/address.ts";
import { mailLink, renderMail } from "@lib/mail/templates.ts";
import type { AccountDocument } from "@lib/model/stored/account.ts";
import type { Settings } from "@lib/settings/settings.ts";

/** Characters of a token in a mailed link. */
export const MAIL_TOKEN_NANOID_LENGTH = 32;

/** Whether accounts are confirmed, and passwords reset, by mail. */
export const isMailOn = ({ api }: Pick<Settings, "api">): boolean => api.smtp.host !== "";

/**
 * Accepts a mail with a link for delivery. It names the account's present address, also when it goes to a new one.
 * Fails with `EmailFailed` when it cannot be accepted, before anything is stored.
 */
export async function sendAccountMail(
  deps: Pick<Deps, "mail" | "settings">,
  template: "verify" | "reset" | "reset_existing" | "deletion",
  { email }: Pick<AccountDocument, "email">,
  { token, to = email }: { token: string; to?: string },
): Promise<void> {
  const { hosts, production } = deps.settings;
  const mail = renderMail(template, { email, url: mailLink(hosts.app, template, token) }, { production, to });
  try {
    await deps.mail.send(mail);
  } catch (error) {
    const isRefused = error instanceof MailRefusedError || error instanceof MailQueueFullError;
    throw isRefused ? new ApiError("EmailFailed", {}, { cause: error }) : error;
  }
}
