import { describe, expect, test } from "bun:test";
import { type Fetch, requireCaptcha } from "@lib/domain/accounts/captcha.ts";
import { requireUnblocked } from "@lib/domain/accounts/shield.ts";
import { Settings } from "@lib/settings/settings.ts";

const outcome = (check: Promise<void>): Promise<unknown> =>
  check.then(
    () => "passed",
    (error: { type?: string }) => error.type ?? "unknown failure",
  );

describe("requireCaptcha", () => {
  const settings = Settings.parse({ api: { security: { captcha: { hcaptcha_key: "secret" } } } });
  const answering =
    (answer: () => Response | Promise<Response>, asked: string[] = []): Fetch =>
    async (url, { body }) => {
      asked.push(`${url} ${body instanceof URLSearchParams ? body.toString() : ""}`);
      return answer();
    };

  test("a solved one passes, and the answer is checked with the secret", async () => {
    const asked: string[] = [];
    const solved = answering(() => Response.json({ success: true }), asked);
    expect(await outcome(requireCaptcha(settings, "answer", solved))).toBe("passed");
    expect(asked).toEqual(["https://hcaptcha.com/siteverify secret=secret&response=answer"]);
  });

  test.each([
    ["not solved", () => Response.json({ success: false })],
    ["no JSON", () => new Response("oops")],
    ["no connection", () => Promise.reject(new Error("refused"))],
  ])("CaptchaFailed when it is %s", async (_, answer) => {
    expect(await outcome(requireCaptcha(settings, "answer", answering(answer)))).toBe("CaptchaFailed");
  });

  test("CaptchaFailed for no answer; without a key nothing is asked", async () => {
    const asked: string[] = [];
    const never = answering(() => Response.json({ success: true }), asked);
    expect(await outcome(requireCaptcha(settings, undefined, never))).toBe("CaptchaFailed");
    expect(await outcome(requireCaptcha(Settings.parse({}), undefined, never))).toBe("passed");
    expect(asked).toEqual([]);
  });
});

describe("requireUnblocked", () => {
  const headers = new Headers({ "User-Agent": "test", "X-Session-Token": "secret" });
  const ask = (host: string) => {
    const settings = Settings.parse({ api: { security: { shield: { host, key: "key" } } } });
    return outcome(requireUnblocked(settings, { address: "192.0.2.7", email: "a@x.y", headers }));
  };
  const shield = (answer: () => Response) => {
    const asked: unknown[] = [];
    const server = Bun.serve({
      port: 0,
      fetch: async (request) => {
        const { pathname } = new URL(request.url);
        asked.push({ pathname, key: request.headers.get("authorization"), body: await request.json() });
        return answer();
      },
    });
    return { url: `http://127.0.0.1:${server.port}`, asked, [Symbol.asyncDispose]: () => server.stop(true) };
  };

  test("is told who registers, and nobody's credentials", async () => {
    await using open = shield(() => Response.json({ blocked: false, reasons: [] }));
    expect(await ask(open.url)).toBe("passed");
    const body = { ip: "192.0.2.7", email: "a@x.y", headers: { "user-agent": "test" }, dry_run: false };
    expect(open.asked).toEqual([{ pathname: "/validate", key: "key", body }]);
  });

  test("BlockedByShield when it says so, and only then", async () => {
    await using closed = shield(() => Response.json({ blocked: true, reasons: ["spam"] }));
    expect(await ask(closed.url)).toBe("BlockedByShield");
    expect(await ask("http://127.0.0.1:1")).toBe("passed");
    expect(await ask("")).toBe("passed");
    await using broken = shield(() => new Response("oops"));
    expect(await ask(broken.url)).toBe("unknown failure");
  });
});
