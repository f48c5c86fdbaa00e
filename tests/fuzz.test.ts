// P15: whatever is sent to a route, the answer is a success or a typed error, and the server lives on.
import { beforeAll, afterAll, describe, expect, test } from "bun:test";
import { encodeJson } from "@lib/codec/json.ts";
import type { RouteDeclaration } from "@lib/contract/route.ts";
import { catalogue } from "@lib/error/catalogue.ts";
import type { Credentials } from "@lib/rpc/client.ts";
import { routes } from "@services/delta/routes.ts";
import { type JsonSchema, hostileText, hostileValue, nearly } from "@tests/harness/hostile.ts";
import { seedBot, seedMember, seedRole, seedServer, seedUser } from "@tests/harness/seed.ts";
import { openSocket } from "@tests/harness/socket.ts";
import { storedAccount, storedMessage } from "@tests/harness/stored-documents.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";
import fc from "fast-check";
import { z } from "zod";

/** Requests per route; each is one of a kind, and the seed is printed when one is answered badly. */
const RUNS = 40;

type Request = {
  path: string;
  query: string;
  body: Uint8Array<ArrayBuffer> | null;
  headers: Record<string, string>;
};

/** A server of one route's own, so that no route misses what another ended, and the ids of what is in it by kind. */
async function worldOf(api: TestApi) {
  const { store, ids } = api.deps;
  const [user, friend] = await Promise.all([seedUser(api), seedUser(api)]);
  await store.accounts.insert(storedAccount(user.id));
  const role = seedRole(api, {});
  const { id: server, channelId: channel } = await seedServer(api, user, { roles: { [role._id]: role } });
  await seedMember(api, { id: server }, friend);
  const message = ids.ulid();
  await store.messages.insert(storedMessage(message, { channel, author: user.id }));
  const bot = await seedBot(api, user);
  const [session] = await store.sessions.listByUser(user.id);
  const anyone: Credentials[] = [{}, { botToken: bot.token }];
  const themselves: Credentials = { sessionToken: session?.token ?? "" };
  return {
    callers: fc.oneof({ weight: 3, arbitrary: fc.constant(themselves) }, fc.constantFrom(...anyone)),
    ids: { server, channel, message, user: friend.id, role: role._id, bot: bot.id, own: user.id } satisfies Ids,
  };
}

type Ids = Record<"server" | "channel" | "message" | "user" | "role" | "bot" | "own", string>;

/** What a parameter means, by its name or what stands before it in the path. */
const meanings: readonly (readonly [pattern: RegExp, kind: keyof Ids])[] = [
  [/^\/servers\/\{\w+\}$/, "server"],
  [/^\/channels\/\{\w+\}$/, "channel"],
  [/^\/bots\/\{\w+\}$/, "bot"],
  [/\/messages\/\{\w+\}$/, "message"],
  [/\/(roles|permissions)\/\{\w+\}$/, "role"],
  [/\/\{\w+\}$/, "user"],
];

/** Bodies beyond JSON values: cut off, in another encoding, not JSON at all, or none. */
const bytesOf = (text: string): fc.Arbitrary<Uint8Array<ArrayBuffer> | null> => {
  const utf8 = new TextEncoder().encode(text);
  return fc.oneof(
    { weight: 12, arbitrary: fc.constant(utf8) },
    { weight: 1, arbitrary: fc.nat({ max: utf8.length }).map((length) => utf8.slice(0, length)) },
    { weight: 1, arbitrary: fc.constant(new Uint8Array(Buffer.from(text, "utf16le"))) },
    { weight: 1, arbitrary: fc.constant(new Uint8Array([0xef, 0xbb, 0xbf, ...utf8, 0xff])) },
    { weight: 1, arbitrary: fc.constantFrom("[".repeat(50_000), '{"a":'.repeat(9_000)).map((t) => Buffer.from(t)) },
    { weight: 1, arbitrary: fc.constant(null) },
  );
};

const headersOf = fc.record(
  {
    "Content-Type": fc.constantFrom(
      "application/json",
      "text/plain",
      "multipart/form-data",
      "application/json; charset=x",
    ),
    "X-Session-Token": fc.constantFrom("", "x", "é", "a".repeat(4_000)),
    "X-Bot-Token": fc.constantFrom("", "nobody"),
    "X-MFA-Ticket": fc.constantFrom("", "none"),
    "Idempotency-Key": fc.constantFrom("", "k", "a".repeat(65), "é"),
    "X-Audit-Log-Reason": fc.constantFrom("", "why", "a".repeat(513), "é"),
    "X-Forwarded-For": fc.constantFrom("", ",,,", "1.2.3.4, unknown", "::1"),
    Origin: fc.constantFrom("null", "http://[", "https://app.test"),
  },
  { requiredKeys: [] },
);

/** Requests of a route, made from its contract. */
function requestsOf(contract: RouteDeclaration, known: Ids): fc.Arbitrary<Request> {
  const ids = Object.values(known);
  const ends = [...contract.path.matchAll(/\{\w+\}/g)].map(({ index, 0: { length } }) => index + length);
  const parameters = ends.map((end) => {
    const [, kind = "own"] = meanings.find(([pattern]) => pattern.test(contract.path.slice(0, end))) ?? [];
    return fc.oneof({ weight: 8, arbitrary: fc.constant(known[kind]) }, fc.constantFrom(...ids), hostileText);
  });
  const path = fc.tuple(...parameters).map((values) => fillPath(contract.path, values));
  const queryNames = Object.keys(contract.query?.shape ?? {});
  const pair = fc.tuple(
    fc.constantFrom(...queryNames, "surplus", "__proto__"),
    fc.oneof(hostileText, fc.constantFrom("true", "5")),
  );
  const query = fc.oneof(
    {
      weight: 9,
      arbitrary: fc.array(pair, { maxLength: 3 }).map((pairs) => `${new URLSearchParams(pairs.map(wellFormed))}`),
    },
    fc.constantFrom("%", "&&=&", "a[b]=c", "x=%ff%fe", "=".repeat(2_000)),
  );
  const body = contract.body ? nearly(schemaOf(contract.body), ids) : fc.option(hostileValue, { freq: 1 });
  const headers = fc.oneof({ weight: 6, arbitrary: fc.constant({}) }, headersOf);
  return fc.record({
    path,
    query,
    body: contract.method === "get" ? fc.constant(null) : body.chain((value) => bytesOf(encodeJson(value))),
    headers,
  });
}

const wellFormed = ([name, value]: [string, string]): [string, string] => [name, value.toWellFormed()];

/** Encoded as clients do, except for what is no text at all. */
function fillPath(path: string, values: readonly string[]): string {
  let at = 0;
  return path.replaceAll(/\{\w+\}/g, () => encodeURIComponent((values[at++] ?? "").toWellFormed()) || "%20");
}

/** Without the names of schemas, which would have to be unique in a document. */
const schemaOf = (body: z.ZodType) => {
  const options = { io: "input", unrepresentable: "any", metadata: z.registry<Record<string, unknown>>() } as const;
  return z.toJSONSchema(body, options) as JsonSchema; // zod's own type allows more
};

/** Why an answer is bad, or null. */
async function faultOf(contract: RouteDeclaration, response: Response): Promise<string | null> {
  const text = await response.text();
  if (response.status === contract.success.status) return null;
  if (response.status < 400 || response.status >= 500) return `${response.status} ${text}`;
  const answer: unknown = JSON.parse(text);
  const type: unknown = typeof answer === "object" && answer !== null ? Reflect.get(answer, "type") : undefined;
  return typeof type === "string" && type in catalogue
    ? null
    : `${response.status} without a type of the catalogue: ${text}`;
}

describe("P15: every route answers whatever comes with a success or a typed error", () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await testApi();
  });
  afterAll(() => api[Symbol.asyncDispose]());

  test.each(routes.map(({ contract }) => ({ contract, id: contract.id })))("$id", async ({ contract }) => {
    const { callers, ids } = await worldOf(api);
    const request = requestsOf(contract, ids);
    const property = fc.asyncProperty(callers, request, async (credentials, { path, query, body, headers }) => {
      const response = await fetch(`${api.url}${path}?${query}`, {
        method: contract.method.toUpperCase(),
        headers: { ...headersFor(credentials), ...headers },
        body,
      });
      expect(await faultOf(contract, response)).toBeNull();
    });
    await fc.assert(property, { numRuns: RUNS, interruptAfterTimeLimit: 2_000 });
    expect((await fetch(`${api.url}/`)).status).toBe(200);
  });

  test("P6: whatever a socket sends, it and its neighbour go on", async () => {
    const [noisy, quiet] = await Promise.all([seedUser(api), seedUser(api)]);
    const tokenOf = async (userId: string) => (await api.deps.store.sessions.listByUser(userId))[0]?.token ?? "";
    const types = ["Ping", "Pong", "BeginTyping", "EndTyping", "Subscribe", "Bulk", "constructor", ""];
    const frame = fc.oneof(
      fc
        .tuple(fc.constantFrom(...types), hostileValue, hostileValue)
        .map(([type, data, channel]) => encodeJson({ type, data, channel })),
      hostileText,
      fc.uint8Array({ maxLength: 200 }).map((bytes) => new Uint8Array(bytes)),
      fc.constant("[".repeat(200)),
    );
    for (const format of ["json", "msgpack"] as const) {
      await using victim = await openSocket(api.eventsUrl, await tokenOf(noisy.id), { format });
      await using neighbour = await openSocket(api.eventsUrl, await tokenOf(quiet.id));
      // Together less than what ends a connection as a flood.
      for (const each of [...fc.sample(frame, 300), "[".repeat(20_000)]) victim.client.sendRaw(each);
      await neighbour.settle();
      await victim.settle();
      expect([victim.closes, neighbour.closes]).toEqual([[], []]);
    }
  });
});

const headersFor = ({ sessionToken, botToken }: Credentials): Record<string, string> => ({
  ...(sessionToken !== undefined && { "X-Session-Token": sessionToken }),
  ...(botToken !== undefined && { "X-Bot-Token": botToken }),
});
