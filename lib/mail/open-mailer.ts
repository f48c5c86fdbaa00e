import type { Mailer } from "@lib/mail/mailer.ts";
import { outboxMailer } from "@lib/mail/outbox.ts";
import { smtpMailer, smtpOptions } from "@lib/mail/smtp.ts";
import type { Settings } from "@lib/settings/settings.ts";
import type { Logger } from "@lib/telemetry/logger.ts";

/** The mailer that `ermine.mail` chooses. */
export function openMailer(
  { ermine, api }: Pick<Settings, "ermine" | "api">,
  { log, now }: { log: Logger; now: () => number },
): Mailer {
  if (ermine.mail === "smtp:") return smtpMailer(smtpOptions(api.smtp), { log });
  return outboxMailer(ermine.mail.slice("outbox:".length), { log, now });
}
