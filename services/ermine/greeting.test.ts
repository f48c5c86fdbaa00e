import { loadSettings } from "@lib/settings/load-settings.ts";
import { greeting } from "@services/ermine/greeting.ts";
import { embeddedAt, spawnErmine, temporaryFolder } from "@tests/harness/process.ts";
import { describe, expect, test } from "bun:test";
import { resolve } from "node:path";

/** The lines that somebody is greeted with who set these variables. */
function greeted(env: Record<string, string> = {}): string[] {
  const { settings } = loadSettings({ cwd: "/", env, readFile: () => null });
  const running = { url: new URL("http://127.0.0.1:14700/"), privateUrl: new URL("http://127.0.0.1:14710/") };
  return greeting(running, settings, "ermine")
    .split("\n")
    .map((line) => line.trim());
}

describe("the greeting", () => {
  test.each<[string, Record<string, string>]>([
    [resolve("data/ermine.db"), {}],
    ["/var/lib/ermine/ermine.db", { ERMINE__DATA_DIR: "/var/lib/ermine" }],
    ["/srv/chat.db", { ERMINE__STORE: "sqlite:/srv/chat.db" }],
    ["MongoDB", { REVOLT__DATABASE__MONGODB: "mongodb://u:p@a" }],
    ["in memory: all of it is lost when this ends", { REVOLT__DATABASE__MONGODB: "" }],
  ])("says where the data is: %s", (place, env) => {
    expect(greeted(env)).toContain(`Data           ${place}`);
  });

  test.each<[string, Record<string, string>]>([
    ["No mail is sent until api.smtp.host is set; new accounts are verified at once.", {}],
    ["Mail is sent through mail.test.", { REVOLT__API__SMTP__HOST: "mail.test" }],
    [
      "Mail is not sent but written to /srv/outbox.",
      { REVOLT__API__SMTP__HOST: "mail.test", ERMINE__MAIL: "outbox:/srv/outbox" },
    ],
  ])("says what becomes of mail: %s", (rule, env) => {
    expect(greeted(env)).toContain(rule);
  });

  test("names the command that shows every setting", () => {
    expect(greeted()).toContain("`ermine settings` shows every setting. Ctrl-C stops.");
  });
});

test("a start with data in memory warns that it will be lost, in the log too", async () => {
  await using folder = await temporaryFolder();
  await using ermine = spawnErmine(["start"], { ...embeddedAt(folder.path).env, REVOLT__DATABASE__MONGODB: "" });
  await ermine.started();
  expect(ermine.stdout).toContain("in memory: all of it is lost");
  expect(await ermine.end("SIGTERM")).toBe(0);
  expect(ermine.stderr).toContain("data is in memory: all of it is lost when the process ends");
});
