/**
 * The embedded mailer: each message becomes a file that a person, or a mail program, can read. A fresh machine needs no
 * mail server; the operator finds the links there. Files are readable by the server's user only, because links are
 * secrets, and the oldest are removed beyond `FILES_MAX`.
 */
import { randomBytes } from "node:crypto";
import { access, constants, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { assertDeliverable } from "@lib/mail/address.ts";
import type { Mail, Mailer } from "@lib/mail/mailer.ts";
import type { Logger } from "@lib/telemetry/logger.ts";

/** Messages that an outbox keeps. */
export const FILES_MAX = 1_000;

/** Opens the outbox in `directory`, which is created when the first message is written. */
export function outboxMailer(directory: string, { log, now }: { log: Logger; now: () => number }): Mailer {
  const writing = new Set<Promise<void>>();

  async function write(mail: Mail): Promise<void> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const time = new Date(now());
    const name = `${time.toISOString().replaceAll(":", "-")}-${randomBytes(4).toString("hex")}.eml`;
    const draft = join(directory, `.${name}`);
    await writeFile(draft, messageText(mail, time), { mode: 0o600 });
    await rename(draft, join(directory, name)); // a reader of the directory never sees half a message
    log.info("mail written to the outbox", { file: join(directory, name), subject: mail.subject });
    await removeOldest(directory);
  }

  return {
    async send(mail) {
      assertDeliverable(mail.to);
      const task = write(mail);
      writing.add(task);
      await task.finally(() => writing.delete(task));
    },
    async drain() {
      await Promise.allSettled(writing);
    },
    async ping() {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await access(directory, constants.W_OK);
    },
    async close() {
      await Promise.allSettled(writing);
    },
  };
}

/** The message in the form of mail files, unencoded so that links stay whole. */
function messageText({ to, subject, text }: Mail, time: Date): string {
  const headers = [
    `Date: ${time.toUTCString().replace("GMT", "+0000")}`,
    `To: ${to}`,
    `Subject: ${subject.replaceAll(/[\r\n]+/g, " ")}`,
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: 8bit",
  ];
  return `${headers.join("\n")}\n\n${text}`;
}

async function removeOldest(directory: string): Promise<void> {
  const files = (await readdir(directory)).filter((name) => name.endsWith(".eml") && !name.startsWith("."));
  const excess = files.sort().slice(0, Math.max(0, files.length - FILES_MAX));
  for (const name of excess) await rm(join(directory, name), { force: true });
}
