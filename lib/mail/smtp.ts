/** Mail through an SMTP server: pooled connections, sent in the background so that no request waits for the server. */
import { createTransport } from "nodemailer";
import { assertDeliverable } from "@lib/mail/address.ts";
import { type DeliveryQueueOptions, PermanentMailError, deliveryQueue } from "@lib/mail/delivery-queue.ts";
import type { Mail, Mailer } from "@lib/mail/mailer.ts";
import type { Settings } from "@lib/settings/settings.ts";
import type { Logger } from "@lib/telemetry/logger.ts";

/** How the connection is protected: from the first byte, by a mandatory STARTTLS, or not at all. */
export type SmtpEncryption = "implicit" | "starttls" | "none";

/** A mail server, and who we are to it. */
export type SmtpOptions = {
  host: string;
  port: number;
  encryption: SmtpEncryption;
  username: string;
  password: string;
  from: string;
  replyTo?: string;
  /** Certificates to trust besides the usual ones. */
  certificateAuthority?: string;
};

/** The server that the settings name, with the ports and encryption of conformance settings-35. */
export function smtpOptions(smtp: Settings["api"]["smtp"]): SmtpOptions {
  const encryption = smtp.use_tls === false ? "none" : smtp.use_starttls ? "starttls" : "implicit";
  const usualPorts = { none: 25, starttls: 587, implicit: 465 };
  return {
    host: smtp.host,
    port: smtp.port ?? usualPorts[encryption],
    encryption,
    username: smtp.username,
    password: smtp.password,
    from: smtp.from_address,
    ...(smtp.reply_to === undefined ? {} : { replyTo: smtp.reply_to }),
  };
}

type Tuning = { log: Logger } & Pick<DeliveryQueueOptions, "waitingMax" | "parallelMax" | "attemptsMax" | "backoff">;

const TIMEOUT_MS = 20_000;

/** Opens a mailer; connects with the first message, so the server may be late (P21). */
export function smtpMailer(options: SmtpOptions, { log, ...tuning }: Tuning): Mailer {
  const transport = createTransport({
    pool: true,
    host: options.host,
    port: options.port,
    secure: options.encryption === "implicit",
    requireTLS: options.encryption === "starttls",
    ignoreTLS: options.encryption === "none",
    ...(options.username === "" ? {} : { auth: { user: options.username, pass: options.password } }),
    ...(options.certificateAuthority === undefined ? {} : { tls: { ca: options.certificateAuthority } }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const queue = deliveryQueue({ ...tuning, log, deliver });

  async function deliver({ to, subject, text, html }: Mail): Promise<void> {
    try {
      await transport.sendMail({
        from: options.from,
        ...(options.replyTo === undefined ? {} : { replyTo: options.replyTo }),
        to: { name: "", address: to }, // an object is never parsed as a list
        subject,
        text,
        ...(html === undefined ? {} : { html }),
      });
    } catch (error) {
      throw isPermanent(error) ? new PermanentMailError("the server refused the message", { cause: error }) : error;
    }
  }

  return {
    async send(mail) {
      assertDeliverable(mail.to);
      queue.add(mail);
    },
    drain: (timeoutMs) => queue.drain(timeoutMs),
    async ping() {
      await transport.verify();
    },
    async close() {
      await queue.close();
      transport.close();
    },
  };
}

/**
 * A 5xx answer to the recipient or the content stays; one to our greeting, encryption, credentials or sender is the
 * operator's mistake, which may be repaired while the message waits.
 */
function isPermanent(error: unknown): boolean {
  if (!(error instanceof Error) || !("responseCode" in error)) return false;
  const { responseCode, command } = error as { responseCode?: unknown; command?: unknown }; // set by nodemailer
  return typeof responseCode === "number" && responseCode >= 500 && (command === "RCPT TO" || command === "DATA");
}
