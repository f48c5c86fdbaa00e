import { describe, expect, test } from "bun:test";
import type { Mailer } from "@lib/mail/mailer.ts";
import { mailerSuite } from "@lib/mail/mailer.suite.ts";
import { type SmtpEncryption, smtpMailer, smtpOptions } from "@lib/mail/smtp.ts";
import { type SmtpServerOptions, smtpServer, testCertificate } from "@lib/mail/smtp-server.suite.ts";
import { Settings } from "@lib/settings/settings.ts";
import { logger } from "@lib/telemetry/logger.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { eventually } from "@tests/harness/eventually.ts";

type Tuning = { encryption?: SmtpEncryption; port?: number; waitingMax?: number; attemptsMax?: number };

function openMailer({ encryption = "none", port = 1, ...tuning }: Tuning): { mailer: Mailer; lines: string[] } {
  const lines: string[] = [];
  const log = logger({ level: "debug", write: (line) => void lines.push(line), now: Date.now });
  const options = {
    host: "127.0.0.1",
    port,
    encryption,
    username: "user",
    password: "hunter2",
    from: "Chat <noreply@chat.example>",
    replyTo: "help@chat.example",
    certificateAuthority: testCertificate.cert,
  };
  return { mailer: smtpMailer(options, { log, backoff: { minMs: 1, maxMs: 5 }, ...tuning }), lines };
}

async function openWorld(serverOptions: SmtpServerOptions = {}, tuning: Tuning = {}) {
  const server = await smtpServer(serverOptions);
  const { mailer, lines } = openMailer({ port: server.port, ...tuning });
  return {
    server,
    mailer,
    lines,
    arrived: async () => server.received.map(({ data }) => decode(data)),
    async [Symbol.asyncDispose]() {
      await mailer.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Undoes quoted-printable as far as links need it. */
const decode = (data: string): string => data.replaceAll("=\n", "").replaceAll("=3D", "=");

const mail = { to: "ada@stoat.example", subject: "Hello.", text: "text\n" };

mailerSuite("smtp", () => openWorld());

describe("settings-35: how the connection is protected", () => {
  test.each<[object, SmtpEncryption, number]>([
    [{ use_tls: false, port: 14025 }, "none", 14025],
    [{ use_starttls: true }, "starttls", 587],
    [{ use_starttls: true, port: 2525 }, "starttls", 2525],
    [{}, "implicit", 465],
    [{ use_starttls: false, use_tls: true }, "implicit", 465],
  ])("%j is %s on port %i", (smtp, encryption, port) => {
    const options = smtpOptions(Settings.parse({ api: { smtp: { host: "mail.example", ...smtp } } }).api.smtp);
    expect(options).toMatchObject({ host: "mail.example", encryption, port });
  });

  test.each<[SmtpEncryption, SmtpServerOptions, boolean]>([
    ["none", { starttls: true }, false],
    ["starttls", { starttls: true }, true],
    ["implicit", { implicit: true }, true],
  ])("settings-35: %s delivers to %j", async (encryption, serverOptions, encrypted) => {
    await using world = await openWorld(serverOptions, { encryption });
    await world.mailer.send(mail);
    await world.mailer.drain(5_000);
    expect(world.server.received).toMatchObject([
      { encrypted, from: "noreply@chat.example", to: ["ada@stoat.example"], user: "user hunter2" },
    ]);
  });

  test("settings-35, P17: STARTTLS that the server does not offer means no mail and no password in the clear", async () => {
    await using world = await openWorld({ starttls: false }, { encryption: "starttls", attemptsMax: 2 });
    await world.mailer.send(mail);
    await world.mailer.drain(5_000);
    expect(world.server.received).toEqual([]);
    expect(world.server.commands).not.toContain("AUTH");
    expect(world.server.commands).not.toContain("MAIL");
    expect(world.lines.join("")).toContain("mail could not be delivered");
  });
});

test("a message has the sender, the reply address and both parts", async () => {
  await using world = await openWorld();
  await world.mailer.send({ ...mail, html: "<p>markup</p>" });
  await world.mailer.drain(5_000);
  const [message = ""] = await world.arrived();
  expect(message).toMatch(/^From: Chat <noreply@chat\.example>$/m);
  expect(message).toMatch(/^Reply-To: help@chat\.example$/m);
  expect(message).toContain("multipart/alternative");
  expect(message.indexOf("<p>markup</p>")).toBeGreaterThan(message.indexOf("text\n"));
});

test("P21: sending does not wait for a server that is away, and the message arrives when it is back", async () => {
  const reserved = await smtpServer();
  const { port } = reserved;
  await reserved[Symbol.asyncDispose]();
  const { mailer, lines } = openMailer({ port, attemptsMax: 10_000 });
  await mailer.send(mail);
  await eventually(() => lines.some((line) => line.includes("mail not delivered yet")));
  expect(await errorOf(mailer.ping())).toBeInstanceOf(Error);

  const { createServer } = await import("node:net");
  const { promise, resolve } = Promise.withResolvers<string>();
  const back = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (chunk) => (resolve(chunk.toString()), socket.destroy()));
    socket.write("220 back\r\n");
  });
  await new Promise<void>((listening) => back.listen(port, "127.0.0.1", listening));
  expect(await promise).toStartWith("EHLO");
  await mailer.close();
  back.close();
});

test("a temporary refusal is tried again", async () => {
  let refusals = 2;
  await using world = await openWorld({ onRecipient: () => (refusals-- > 0 ? "451 later" : null) });
  await world.mailer.send(mail);
  await world.mailer.drain(5_000);
  expect(world.server.received).toHaveLength(1);
});

test("a refusal that the operator can repair is tried again", async () => {
  let refusals = 2;
  await using world = await openWorld({ onSender: () => (refusals-- > 0 ? "550 this sender may not" : null) });
  await world.mailer.send(mail);
  await world.mailer.drain(5_000);
  expect(world.server.received).toHaveLength(1);
});

test("a refusal for good is not tried again, and stops nobody else's mail", async () => {
  await using world = await openWorld({
    onRecipient: (address) => (address.startsWith("gone") ? "550 nobody here" : null),
  });
  await world.mailer.send({ ...mail, to: "gone@stoat.example" });
  await world.mailer.send(mail);
  await world.mailer.drain(5_000);
  expect(world.server.received.map(({ to }) => to)).toEqual([["ada@stoat.example"]]);
  expect(world.server.commands.filter((command) => command === "RCPT")).toHaveLength(2);
});

test("P17: no log line holds the password, the link or the address", async () => {
  await using world = await openWorld({ onRecipient: () => "550 nobody here" });
  await world.mailer.send({ ...mail, text: "https://chat.example/login/reset/secret-token\n" });
  await world.mailer.drain(5_000);
  expect(world.lines.join("")).toContain("mail could not be delivered");
  expect(world.lines.join("")).not.toMatch(/hunter2|secret-token/);
});

test("the queue is bounded: what does not fit is refused at once", async () => {
  const { mailer } = openMailer({ waitingMax: 3 });
  for (let index = 0; index < 3; index++) await mailer.send(mail);
  expect(String(await errorOf(mailer.send(mail)))).toContain("3 messages wait already");
  await mailer.close();
  expect(String(await errorOf(mailer.send(mail)))).toContain("closed");
});
