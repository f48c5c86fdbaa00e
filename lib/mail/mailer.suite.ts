import { describe, expect, test } from "bun:test";
import type { Mail, Mailer } from "@lib/mail/mailer.ts";
import { errorOf } from "@tests/harness/error-of.ts";

/** A mailer under test, and how to look at what became of a message. */
export type MailerWorld = AsyncDisposable & {
  mailer: Mailer;
  /** Text of every message that arrived, headers included, in any order. */
  arrived(): Promise<string[]>;
};

/** What every driver promises. */
export function mailerSuite(driver: string, open: () => Promise<MailerWorld>): void {
  const mail: Mail = {
    to: "ada@stoat.example",
    subject: "Verify your account.",
    text: "Open this:\nhttps://chat.example/login/verify/0123456789abcdef0123456789abcdef\n",
  };

  describe(`mailer ${driver}`, () => {
    test("delivers to, subject and text", async () => {
      await using world = await open();
      await world.mailer.send(mail);
      await world.mailer.drain(5_000);
      const [message = ""] = await world.arrived();
      expect(message).toMatch(/^To: ada@stoat\.example$/m);
      expect(message).toMatch(/^Subject: Verify your account\.$/m);
      expect(message).toContain("https://chat.example/login/verify/0123456789abcdef0123456789abcdef");
    });

    test("delivers each of many messages once", async () => {
      await using world = await open();
      const subjects = Array.from({ length: 20 }, (_, index) => `message ${index}.`);
      await Promise.all(subjects.map((subject) => world.mailer.send({ ...mail, subject })));
      await world.mailer.drain(10_000);
      const arrived = (await world.arrived()).map((message) => /^Subject: (.*)$/m.exec(message)?.[1] ?? "");
      expect(arrived.sort()).toEqual(subjects.sort());
    });

    test.each([
      "",
      "nobody",
      "@chat.example",
      "ada@",
      "ada@chat.example, eve@evil.example",
      "ada@chat.example\r\nBcc: eve@evil.example",
      "Ada <ada@chat.example>",
      "ada@chat.example RCPT",
    ])("refuses an address that could be several or a header: %j", async (to) => {
      await using world = await open();
      expect(String(await errorOf(world.mailer.send({ ...mail, to })))).toContain("not an address");
      await world.mailer.drain(5_000);
      expect(await world.arrived()).toEqual([]);
    });

    test("a line break in the subject adds no header", async () => {
      await using world = await open();
      await world.mailer.send({ ...mail, subject: "hello\r\nBcc: eve@evil.example" });
      await world.mailer.drain(5_000);
      const [message = ""] = await world.arrived();
      expect(message).not.toMatch(/^Bcc:/m);
    });

    test("answers a ping when it can work", async () => {
      await using world = await open();
      await world.mailer.ping();
    });
  });
}
