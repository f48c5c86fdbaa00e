import { describe, expect, test } from "bun:test";
import { type Level, logger } from "@lib/telemetry/logger.ts";

function recorder(options: { level?: Level | "off"; pretty?: boolean } = {}) {
  const lines: string[] = [];
  const log = logger({
    level: options.level ?? "debug",
    pretty: options.pretty ?? false,
    write: (line) => void lines.push(line),
    now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 6),
  });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? "null") as Record<string, unknown> };
}

describe("P25: structured logs", () => {
  test("are one JSON object per line", () => {
    const { log, lines, last } = recorder();
    log.info("started\nnot a second line", { port: 14700, size: 5n, nothing: undefined });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.indexOf("\n")).toBe((lines[0]?.length ?? 0) - 1);
    expect(last()).toEqual({
      time: "2026-01-02T03:04:05.006Z",
      level: "info",
      message: "started\nnot a second line",
      port: 14700,
      size: "5",
    });
  });

  test("carry the fields of a child, such as the request id, and cannot overwrite the record's own", () => {
    const { log, last } = recorder();
    log.child({ request_id: "r1" }).child({ user: "u" }).warn("slow", { ms: 9, level: "error" });
    expect(last()).toMatchObject({ level: "warn", request_id: "r1", user: "u", ms: 9, field_level: "error" });
  });

  test("below the level are not written", () => {
    const { log, lines } = recorder({ level: "warn" });
    log.debug("a");
    log.info("b");
    log.warn("c");
    log.error("d");
    expect(lines).toHaveLength(2);
    const off = recorder({ level: "off" });
    off.log.error("e");
    expect(off.lines).toEqual([]);
  });

  test("spell out errors with code and causes", () => {
    const { log, last } = recorder();
    const cause = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
    log.error("failed", { error: new TypeError("no store", { cause }) });
    expect(last()["error"]).toMatchObject({
      name: "TypeError",
      message: "no store",
      cause: { message: "refused", code: "ECONNREFUSED" },
    });
  });

  test("for people are readable and cannot be forged by a line break", () => {
    const { log, lines } = recorder({ pretty: true });
    log.info("hello\n03:04:05 error forged", { name: "two words", n: 1 });
    const plain = Bun.stripANSI(lines.join(""));
    expect(plain).toBe('03:04:05.006 info  hello\\n03:04:05 error forged name="two words" n=1\n');
    log.error("failed", { error: new Error("outer", { cause: new Error("inner") }) });
    expect(lines.at(-1)).toMatch(/outer[\s\S]*caused by:[\s\S]*inner/);
  });
});

describe("P17: secrets never reach logs", () => {
  test.each([
    "token",
    "session_token",
    "X-Session-Token",
    "x-bot-token",
    "X-MFA-Ticket",
    "password",
    "new_password",
    "authorization",
    "Cookie",
    "client_secret",
    "encryption_key",
    "private_key",
    "totp_code",
    "p256dh",
  ])("not in a field called %p, however deep", (name) => {
    const { log, lines } = recorder();
    log.info("x", {
      [name]: "hunter2",
      deep: [{ body: { [name]: { inner: "hunter2" } } }],
      map: new Map([[name, "hunter2"]]),
    });
    log.info("headers", { headers: new Headers(/[_]/.test(name) ? {} : { [name]: "hunter2" }) });
    expect(lines.join("")).not.toContain("hunter2");
  });

  test.each([
    "mongodb://user:hunter2@db/revolt",
    "redis://:hunter2@redis/",
    "mongodb://user:hunter2/secret@db/revolt",
    "redis://:secret@hunter2@redis/",
    "redis://:/hunter2@redis/",
    "wss://chat.example/ws?version=1&token=hunter2&format=json",
    "wss://chat.example/ws?token=secret@hunter2&format=json",
    "https://chat.example/login/reset/hunter2",
    "PUT /webhooks/01HQCHAN0000000000000000AA/hunter2",
  ])("not inside text: %s", (text) => {
    const { log, lines } = recorder();
    log.info(text, { url: text, parsed: URL.parse(text), error: new Error(text, { cause: text }) });
    recorder({ pretty: true }).log.info(text);
    expect(lines.join("")).not.toContain("hunter2");
    expect(lines.join("")).toContain("[redacted]");
  });

  test("names that merely resemble a secret stay visible", () => {
    const { log, last } = recorder();
    log.info("x", { tokens_count: 3, key: "channel", passwordless: true, token: null });
    expect(last()).toMatchObject({ tokens_count: 3, key: "channel", passwordless: true, token: null });
  });
});

describe("logging never fails", () => {
  test("with cycles, endless depth, hostile getters or huge text", () => {
    const { log, lines } = recorder();
    const cycle: Record<string, unknown> = { name: "a" };
    cycle["self"] = cycle;
    const deep = Array.from({ length: 50 }).reduce<object>((inner) => ({ inner }), {});
    const hostile = Object.defineProperty({}, "x", {
      enumerable: true,
      get: () => {
        throw new Error("no");
      },
    });
    log.info("x", {
      cycle,
      deep,
      hostile,
      huge: "y".repeat(1e6),
      many: new Array(1e5).fill(1),
      bytes: new Uint8Array(9),
    });
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      cycle: { self: "[circular]" },
      hostile: "[unreadable]",
      bytes: "[9 bytes]",
    });
    expect(lines[0]?.length).toBeLessThan(20_000);
  });

  test("when the line cannot be written", () => {
    const write = () => {
      throw new Error("EPIPE");
    };
    expect(() => logger({ level: "info", write, now: () => 0 }).info("x")).not.toThrow();
  });
});
