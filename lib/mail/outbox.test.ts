import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mailerSuite } from "@lib/mail/mailer.suite.ts";
import { FILES_MAX, outboxMailer } from "@lib/mail/outbox.ts";
import { logger } from "@lib/telemetry/logger.ts";
import { errorOf } from "@tests/harness/error-of.ts";

async function openOutbox() {
  const root = mkdtempSync(join(tmpdir(), "ermine-outbox-"));
  const directory = join(root, "deep", "outbox");
  const lines: string[] = [];
  const log = logger({ level: "debug", write: (line) => void lines.push(line), now: Date.now });
  const files = () => readdirSync(directory).filter((name) => name.endsWith(".eml"));
  return {
    mailer: outboxMailer(directory, { log, now: Date.now }),
    directory,
    lines,
    files,
    arrived: async () =>
      statSync(directory, { throwIfNoEntry: false })
        ? files().map((name) => readFileSync(join(directory, name), "utf8"))
        : [],
    async [Symbol.asyncDispose]() {
      rmSync(root, { recursive: true, force: true });
    },
  };
}

mailerSuite("outbox", openOutbox);

const mail = {
  to: "ada@stoat.example",
  subject: "Reset your password.",
  text: "https://chat.example/login/reset/hunter2\n",
};

test("P17: an outbox file is readable by the server's user only, and the log names the file but not the link", async () => {
  await using outbox = await openOutbox();
  await outbox.mailer.send(mail);
  const [file = ""] = outbox.files();
  expect(statSync(join(outbox.directory, file)).mode & 0o777).toBe(0o600);
  expect(statSync(outbox.directory).mode & 0o077).toBe(0);
  expect(outbox.lines.join("")).toContain(file);
  expect(outbox.lines.join("")).not.toContain("hunter2");
  expect(outbox.lines.join("")).not.toContain("ada@");
});

test("an outbox keeps a bounded number of messages, the newest", async () => {
  await using outbox = await openOutbox();
  await outbox.mailer.ping();
  for (let index = 0; index < FILES_MAX + 5; index++) {
    writeFileSync(join(outbox.directory, `2000-${String(index).padStart(5, "0")}.eml`), "old");
  }
  await outbox.mailer.send(mail);
  expect(outbox.files()).toHaveLength(FILES_MAX);
  expect(await outbox.arrived()).toContainEqual(expect.stringContaining("Subject: Reset"));
});

test("an outbox that cannot be written answers no ping", async () => {
  await using outbox = await openOutbox();
  await outbox.mailer.ping();
  const file = join(outbox.directory, "file");
  writeFileSync(file, "");
  const blocked = outboxMailer(join(file, "outbox"), {
    log: logger({ level: "off", write() {}, now: Date.now }),
    now: Date.now,
  });
  expect(await errorOf(blocked.ping())).toBeInstanceOf(Error);
  expect(await errorOf(blocked.send(mail))).toBeInstanceOf(Error);
});
