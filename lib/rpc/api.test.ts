import { memoryBus } from "@lib/bus/memory.ts";
import { SafeInteger, Uint32, optional } from "@lib/contract/parameters.ts";
import { route } from "@lib/contract/route.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { unknownBuild } from "@lib/domain/instance/instance-config.ts";
import { systemIds } from "@lib/domain/system-ids.ts";
import { fail } from "@lib/error/fail.ts";
import { memoryKeys } from "@lib/keys/memory.ts";
import { describedEnum } from "@lib/model/described-enum.ts";
import { text } from "@lib/model/text.ts";
import { type ApiOptions, createApi } from "@lib/rpc/api.ts";
import { trustedProxies } from "@lib/rpc/client-address.ts";
import { implement } from "@lib/rpc/implement.ts";
import { Settings } from "@lib/settings/settings.ts";
import { openSqlite } from "@lib/store/sqlite/database.ts";
import { StoreUnavailableError } from "@lib/store/database.ts";
import { openStore } from "@lib/store/store.ts";
import { backgroundRunner } from "@lib/telemetry/background.ts";
import { logger, silentLogger } from "@lib/telemetry/logger.ts";
import { describe, expect, test } from "bun:test";
import { z } from "zod";

const common = { tag: "Core", summary: "", errors: [] } as const;
const Body = z.object({
  name: text(2, 8),
  age: optional(Uint32),
  kind: optional(z.enum(["Red", "Blue"])),
  remove: z.array(z.enum(["Red", "Blue"])).default([]),
  size: describedEnum("Size", "", { Small: "", Large: "" }).default("Small"),
  either: optional(z.union([z.object({ a: z.literal("a") }), z.object({ b: z.literal("b") })])),
});

const routes = [
  implement(
    route({
      ...common,
      id: "root",
      method: "get",
      path: "/",
      guards: [],
      success: { status: 200, schema: z.object({ ok: z.boolean() }) },
    }),
    async () => ({ ok: true }),
  ),
  implement(
    route({
      ...common,
      id: "echo",
      method: "post",
      path: "/auth/echo/",
      guards: [],
      body: Body,
      success: { status: 200, schema: z.unknown() },
    }),
    async ({ body }) => body,
  ),
  implement(
    route({
      ...common,
      id: "query",
      method: "get",
      path: "/channels/{target}/messages",
      guards: [],
      params: z.object({ target: z.string() }),
      query: z.object({
        limit: SafeInteger.pipe(z.number().min(1).max(100)).optional(),
        count: z.int().min(1).max(100).optional(),
        flag: z.boolean().optional(),
        sort: z.enum(["Latest", "Oldest"]).optional(),
      }),
      success: { status: 200, schema: z.unknown() },
    }),
    async ({ params, query }) => ({ ...params, ...query }),
  ),
  implement(
    route({
      ...common,
      id: "me",
      method: "post",
      path: "/users/@me",
      guards: ["user"],
      body: Body,
      success: { status: 204 },
    }),
    async () => {},
  ),
  implement(
    route({
      ...common,
      id: "one",
      method: "get",
      path: "/users/{target}",
      guards: [],
      params: z.object({ target: z.string() }),
      success: { status: 200, schema: z.unknown() },
    }),
    async ({ params }) => params,
  ),
  implement(
    route({
      ...common,
      id: "fails",
      method: "post",
      path: "/servers/create",
      guards: [],
      success: { status: 204 },
      errors: ["TooManyServers"],
    }),
    async () => fail("TooManyServers", { max: 3 }),
  ),
  implement(
    route({ ...common, id: "crash", method: "get", path: "/crash", guards: [], success: { status: 204 } }),
    async () => {
      throw new Error("the secret cause");
    },
  ),
  implement(
    route({
      ...common,
      id: "crash-of",
      method: "post",
      path: "/crash/{code}",
      guards: [],
      params: z.object({ code: z.string() }),
      success: { status: 204 },
    }),
    async () => {
      throw new Error("the secret cause");
    },
  ),
  implement(
    route({ ...common, id: "away", method: "get", path: "/away", guards: [], success: { status: 204 } }),
    async () => {
      throw new StoreUnavailableError("find_one", "users", new Error("refused"));
    },
  ),
];

async function openApi(options: Partial<ApiOptions> = {}) {
  const clock = { nowMs: 1_000_000, now: () => clock.nowMs };
  const logged: Record<string, unknown>[] = [];
  const database = await openSqlite(":memory:");
  const deps: Deps = {
    store: openStore(database, { onMalformed: () => {} }),
    bus: memoryBus(),
    keys: memoryKeys({ now: clock.now }),
    mail: { send: async () => {}, drain: async () => {}, ping: async () => {}, close: async () => {} },
    settings: Settings.parse({}),
    clock,
    ids: systemIds(clock),
    log: logger({ level: "info", write: (line) => void logged.push(JSON.parse(line)), now: clock.now }),
    background: backgroundRunner({ log: silentLogger }),
    build: Promise.resolve(unknownBuild),
  };
  const api = createApi(routes, deps, { trusted: trustedProxies(["127.0.0.0/8"]), trustCloudflare: false, ...options });
  const call = (method: string, path: string, init: RequestInit & { peer?: string } = {}) =>
    api.fetch(new Request(`http://api.test${path}`, { ...init, method }), init.peer ?? "127.0.0.1");
  return { call, clock, logged };
}

const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) => ({ body, headers });

describe("routing", () => {
  test.each(["/auth/echo", "/auth/echo/", "//auth//echo/", "/auth/echo/?"])(
    "http-1: empty segments do not count: %s",
    async (path) => {
      const { call } = await openApi();
      expect((await call("POST", path, post('{"name":"ok"}'))).status).toBe(200);
    },
  );

  test("http-2 http-3 http-4 P15: unknown paths, versions and methods are typed 404", async () => {
    const { call } = await openApi();
    for (const [method, path] of [
      ["GET", "/0.8/users/1"],
      ["GET", "/nope"],
      ["PUT", "/auth/echo"],
    ] as const) {
      const response = await call(method, path, { headers: { Accept: "text/html" } });
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ type: "NotFound", error: { code: 404, reason: "Not Found" } });
    }
  });

  test("static segments win over parameters, and parameters are percent-decoded", async () => {
    const { call } = await openApi();
    for (const path of ["/users/@me", "/users/%40me"]) expect((await call("POST", path, post("{}"))).status).toBe(401);
    expect(await (await call("GET", "/users/%2540me")).json()).toEqual({ target: "%40me" });
    expect(await (await call("GET", "/users/a%20b")).json()).toEqual({ target: "a b" });
  });
});

describe("bodies", () => {
  test.each<[string, string | Uint8Array<ArrayBuffer>, number]>([
    ["http-6 is JSON whatever its type", '{"name":"abc"}', 200],
    ["http-9 unknown keys are ignored", '{"name":"abc","other":1}', 200],
    ["null means absent for optional fields", '{"name":"abc","age":null}', 200],
    ["http-7 empty", "", 400],
    ["http-7 truncated", "[", 400],
    ["trailing garbage", '{"name":"abc"} x', 400],
    ["not UTF-8", new Uint8Array([0x7b, 0xff, 0x7d]), 400],
    ["half a character", '{"name":"a\\ud83d"}', 400],
    ["the other half of a character", '{"name":"\\uDE00\\ud83d"}', 400],
    ["half a character in a key", '{"name":"abc","\\udc00":1}', 400],
    ["both halves of a character", '{"name":"a\\ud83d\\ude00"}', 200],
    ["text that looks like half a character", '{"name":"abc","other":"\\\\ud83d"}', 200],
    ["http-7 a wrong type", '{"name":1}', 422],
    ["a missing field", "{}", 422],
    ["null for a required field", '{"name":null}', 422],
    ["null for a field with a default", '{"name":"abc","remove":null}', 422],
    ["a key given twice", '{"name":"abc","name":"abd"}', 422],
    ["an escaped key given twice", '{"name":"abc","n\\u0061me":"abd"}', 422],
    ["an unknown name of an enumeration", '{"name":"abc","kind":"Green"}', 422],
    ["a number for an enumeration", '{"name":"abc","kind":1}', 400],
    ["null within an enumeration list", '{"name":"abc","remove":[null]}', 400],
    ["a list for an enumeration", '{"name":"abc","kind":["Red"]}', 400],
    ["an empty object for an enumeration", '{"name":"abc","kind":{}}', 400],
    ["an object for an enumeration", '{"name":"abc","kind":{"Red":null}}', 422],
    ["an unknown name of a described enumeration", '{"name":"abc","size":"Huge"}', 422],
    ["a number for a described enumeration", '{"name":"abc","size":1}', 400],
    ["null for a described enumeration with a default", '{"name":"abc","size":null}', 400],
    ["a list for a described enumeration", '{"name":"abc","size":[true]}', 400],
    ["an object for a described enumeration", '{"name":"abc","size":{"Small":null}}', 422],
    ["a number where one of several objects is expected", '{"name":"abc","either":1}', 422],
    ["a negative unsigned integer", '{"name":"abc","age":-1}', 422],
    ["an unsigned integer out of range", '{"name":"abc","age":4294967296}', 422],
    ["a prototype key", '{"name":"abc","__proto__":{"age":1}}', 200],
    ["deep nesting", `{"name":"abc","other":${"[".repeat(100_000)}${"]".repeat(100_000)}}`, 400],
  ])("%s", async (_title, body, status) => {
    const { call } = await openApi();
    const response = await call("POST", "/auth/echo", post(body, { "Content-Type": "text/plain" }));
    const shown: unknown = await response.json();
    // A parser may or may not manage 100,000 levels; what counts is that it is no server error.
    if (_title === "deep nesting") expect(response.status).toBeLessThan(500);
    else expect(response.status).toBe(status);
    if (response.status >= 400)
      expect(shown).toMatchObject({
        type: "FailedValidation",
        error: expect.any(String),
        location: expect.any(String),
      });
  });

  test("P15: a body of more values than any request can use is refused before it is parsed", async () => {
    const { call } = await openApi();
    const bodyOf = (count: number) => `{"name":"abc","other":[${"1,".repeat(count)}1]}`;
    const text = JSON.stringify({ name: "abc", other: ",[{".repeat(100_000) });
    const statuses = [bodyOf(19_000), text, bodyOf(20_000), `[${"1,".repeat(20_000)}`].map(async (body) => {
      const response = await call("POST", "/auth/echo", post(body));
      return [response.status, Reflect.get(Object(await response.json()), "error")];
    });
    expect(await Promise.all(statuses)).toEqual([
      [200, undefined],
      [200, undefined],
      [400, "body: over 20000 values"],
      [400, "body: over 20000 values"],
    ]);
  });

  test("http-7: one byte over a mebibyte is 413, with and without a declared length", async () => {
    const { call } = await openApi();
    const bytes = new Uint8Array(1_048_577).fill(32);
    const stream = new ReadableStream({ start: (controller) => (controller.enqueue(bytes), controller.close()) });
    expect((await call("POST", "/auth/echo", { body: bytes })).status).toBe(413);
    expect((await call("POST", "/auth/echo", { body: stream })).status).toBe(413);
  });

  test.each([
    ["with a declared length", { "Content-Length": "100" }],
    ["in chunks", {}],
  ])(
    "P15: a client that goes away while it sends its body %s is refused, and no error is logged",
    async (_, headers) => {
      const { call, logged } = await openApi();
      const body = new ReadableStream({ pull: (controller) => controller.error(new Error("gone")) });
      const response = await call("POST", "/auth/echo", { body, headers });
      expect([response.status, await response.json()]).toMatchObject([400, { error: "body: not complete" }]);
      expect(logged).toEqual([]);
    },
  );

  test("http-10: no credentials win over a malformed body", async () => {
    const { call } = await openApi();
    expect((await call("POST", "/users/@me", post("["))).status).toBe(401);
  });

  test("http-12: a broken constraint is FailedValidation, naming the field", async () => {
    const { call } = await openApi();
    const response = await call("POST", "/auth/echo", post('{"name":"much too long"}'));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ type: "FailedValidation", error: expect.stringContaining("name") });
  });
});

describe("query strings", () => {
  test.each([
    ["?flag=YES", { flag: true }],
    ["?flag", { flag: true }],
    ["?flag=off", { flag: false }],
    ["?flag=1", {}],
    ["?count=abc", {}],
    ["?count=7", { count: 7 }],
    ["?sort=oldest", { sort: "Oldest" }],
    ["?sort=sideways", {}],
    ["?other=1", {}],
    ["?flag=true&flag=true", {}],
    ["?count=7&count=7", {}],
    ["?count=%2B07", { count: 7 }],
    ["?count=9223372036854775808", {}],
  ])("http-13 http-14: %s", async (query, expected) => {
    const { call } = await openApi();
    expect(await (await call("GET", `/channels/c/messages${query}`)).json()).toEqual({ target: "c", ...expected });
  });

  test.each(["101", "-1", "9999999999999999", "9223372036854775807", "-9223372036854775808"])(
    "a value out of bounds is FailedValidation: %s",
    async (count) => {
      const { call } = await openApi();
      const response = await call("GET", `/channels/c/messages?count=${count}`);
      expect([response.status, Reflect.get(Object(await response.json()), "type")]).toEqual([400, "FailedValidation"]);
    },
  );
});

describe("errors", () => {
  test("http-15 http-16: a typed error has its extra fields and a location", async () => {
    const { call } = await openApi();
    const response = await call("POST", "/servers/create");
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toStartWith("application/json");
    expect(await response.json()).toEqual({ type: "TooManyServers", max: 3, location: "/servers/create" });
  });

  test("http-21: a crash is a 500 that says nothing, and the next request works", async () => {
    const { call } = await openApi();
    const response = await call("GET", "/crash");
    expect([response.status, await response.json()]).toEqual([500, { type: "InternalError", location: "/crash" }]);
    expect((await call("GET", "/")).status).toBe(200);
  });

  test("P17: a crash is logged with the template of its path, which may hold a code or a token", async () => {
    const { call, logged } = await openApi();
    await call("POST", "/crash/mailed-code");
    expect(logged).toMatchObject([{ level: "error", message: "request failed", endpoint: "/crash/{code}" }]);
    expect(JSON.stringify(logged)).not.toContain("mailed-code");
  });

  test("P21: a database that is away is 503 with Retry-After", async () => {
    const { call } = await openApi();
    const response = await call("GET", "/away");
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
  });

  test("P25: requests that are refused while the database is away are logged with the reason, once in a while", async () => {
    const { call, clock, logged } = await openApi();
    for (let i = 0; i < 3; i++) await call("GET", "/away");
    clock.nowMs += 10_000;
    await call("GET", "/away");
    expect(logged.map(({ level, times }) => [level, times])).toEqual([
      ["warn", 1],
      ["warn", 3],
    ]);
    expect(JSON.stringify(logged[0])).toContain("refused");
  });
});

describe("cross-origin requests", () => {
  const origin = "https://a.example";

  test("http-22 http-23: a preflight is answered on any path", async () => {
    const { call } = await openApi();
    for (const path of ["/users/@me", "/nowhere"]) {
      const headers = {
        Origin: origin,
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "x-session-token, content-type",
      };
      const response = await call("OPTIONS", path, { headers });
      expect(response.status).toBe(200);
      expect(response.headers.get("access-control-allow-origin")).toBe(origin);
      expect(response.headers.get("access-control-allow-methods")).toContain("PATCH");
      expect(response.headers.get("access-control-allow-headers")).toBe("x-session-token, content-type");
      expect(response.headers.get("access-control-allow-credentials")).toBeNull();
      expect(response.headers.get("access-control-max-age")).toBeNull();
    }
  });

  test("http-24 http-25: without or with an unknown request method it is refused", async () => {
    const { call } = await openApi();
    const without = await call("OPTIONS", "/", { headers: { Origin: origin } });
    const unknown = await call("OPTIONS", "/", { headers: { Origin: origin, "Access-Control-Request-Method": "FOO" } });
    expect([without.status, unknown.status]).toEqual([400, 403]);
  });

  test("http-26 http-27: successes and errors alike name the origin and expose the limits", async () => {
    const { call } = await openApi();
    for (const path of ["/", "/nope", "/crash"]) {
      const { headers } = await call("GET", path, { headers: { Origin: origin } });
      expect(headers.get("access-control-allow-origin")).toBe(origin);
      expect(headers.get("vary")).toContain("Origin");
      expect(headers.get("access-control-expose-headers")?.split(", ")).toHaveLength(4);
    }
  });

  test("http-28 http-29: none without an origin; a null origin is echoed; a malformed one is refused", async () => {
    const { call } = await openApi();
    expect([...(await call("GET", "/")).headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual(
      [],
    );
    expect((await call("GET", "/", { headers: { Origin: "null" } })).headers.get("access-control-allow-origin")).toBe(
      "null",
    );
    expect((await call("GET", "/", { headers: { Origin: "foo" } })).status).toBe(400);
  });
});

describe("rate limits", () => {
  const from = (address: string) => ({ headers: { "X-Forwarded-For": address } });

  test("http-30 http-31: every response counts down, the 16th of 15 is refused until the window ends", async () => {
    const { call, clock } = await openApi();
    for (let used = 1; used <= 15; used++) {
      const { headers } = await call("POST", "/auth/echo", post("["));
      expect(headers.get("x-ratelimit-remaining")).toBe(String(15 - used));
      expect(Number(headers.get("x-ratelimit-reset-after"))).toBeLessThanOrEqual(10_000);
    }
    const refused = await call("POST", "/auth/echo");
    const { retry_after } = (await refused.json()) as { retry_after: number };
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "10"]);
    expect(retry_after).toBeWithin(1, 10_001);
    clock.nowMs += 10_001;
    expect((await call("POST", "/auth/echo")).headers.get("x-ratelimit-remaining")).toBe("14");
  });

  test("http-41: refusals do not push the reset out", async () => {
    const { call, clock } = await openApi();
    for (let used = 0; used < 20; used++) await call("GET", "/");
    clock.nowMs += 6_000;
    const { retry_after } = (await (await call("GET", "/")).json()) as { retry_after: number };
    expect(retry_after).toBe(4_000);
  });

  test.each([
    ["http-32", "DELETE", "/auth/x", "255"],
    ["http-35", "PATCH", "/users/@me/username", "2"],
    ["http-36", "POST", "/channels/A/messages", "10"],
    ["http-36", "GET", "/channels/A", "15"],
    ["http-37", "POST", "/channels/A/messages/X/pin", "10"],
    ["http-38", "GET", "/servers/A", "5"],
    ["http-39", "POST", "/safety/report", "3"],
    ["http-39", "GET", "/swagger/x", "100"],
    ["http-39", "GET", "/users/X/default_avatar", "255"],
    ["http-39", "GET", "/bots/x", "10"],
    ["http-39", "GET", "/", "20"],
    ["http-40", "GET", "/0.8/auth/x", "15"],
    ["http-42", "GET", "/unknown", "20"],
  ])("%s: %s %s has limit %s", async (_id, method, path, limit) => {
    const { call } = await openApi();
    expect((await call(method, path)).headers.get("x-ratelimit-limit")).toBe(limit);
  });

  test("http-43: one key per identity, bucket and resource", async () => {
    const { call } = await openApi();
    const key = async (path: string) => (await call("GET", path)).headers.get("x-ratelimit-bucket");
    expect(await key("/channels/A")).toBe(await key("/channels/A"));
    expect(await key("/channels/A")).not.toBe(await key("/channels/B"));
  });

  test("http-44: the probe shows the bucket it counts in, with an exact 64-bit key", async () => {
    const { call } = await openApi();
    const response = await call("GET", "/ratelimit");
    const body = await response.text();
    expect(body).toContain(`"key":${response.headers.get("x-ratelimit-bucket")},"limit":20,"remaining":19`);
    for (let used = 0; used < 19; used++) await call("GET", "/ratelimit");
    expect((await call("GET", "/ratelimit")).status).toBe(429);
  });

  test("http-45 http-34: addresses are counted apart, invalid tokens by address", async () => {
    const { call } = await openApi();
    await call("GET", "/", { headers: { "X-Forwarded-For": "1.2.3.4", "X-Session-Token": "invalid" } });
    expect((await call("GET", "/", from("1.2.3.4"))).headers.get("x-ratelimit-remaining")).toBe("18");
    expect((await call("GET", "/", from("5.6.7.8"))).headers.get("x-ratelimit-remaining")).toBe("19");
  });

  test("P16: an IPv6 client cannot choose another limit with another address of its own", async () => {
    const { call } = await openApi();
    await call("GET", "/", from("2001:db8::1"));
    expect((await call("GET", "/", from("2001:db8::2"))).headers.get("x-ratelimit-remaining")).toBe("18");
    expect((await call("GET", "/", from("2001:db8:0:1::1"))).headers.get("x-ratelimit-remaining")).toBe("19");
  });

  test("http-46 P16: a chain is read from the right, and only from trusted peers", async () => {
    const { call } = await openApi();
    await call("GET", "/", from("6.6.6.6, 9.9.9.9"));
    expect((await call("GET", "/", from("9.9.9.9"))).headers.get("x-ratelimit-remaining")).toBe("18");
    await call("GET", "/", { ...from("9.9.9.9"), peer: "8.8.8.8" });
    expect((await call("GET", "/", from("8.8.8.8"))).headers.get("x-ratelimit-remaining")).toBe("18");
  });

  test("http-47: CF-Connecting-IP counts only when it is trusted", async () => {
    const headers = { "CF-Connecting-IP": "2.2.2.2", "X-Forwarded-For": "3.3.3.3" };
    const plain = await openApi();
    await plain.call("GET", "/", { headers });
    expect((await plain.call("GET", "/", from("3.3.3.3"))).headers.get("x-ratelimit-remaining")).toBe("18");
    const cloudflare = await openApi({ trustCloudflare: true });
    await cloudflare.call("GET", "/", { headers });
    expect((await cloudflare.call("GET", "/", from("2.2.2.2"))).headers.get("x-ratelimit-remaining")).toBe("18");
  });
});
