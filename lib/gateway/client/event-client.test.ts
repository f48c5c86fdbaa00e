import { encodeJson } from "@lib/codec/json.ts";
import { encodeMsgpack } from "@lib/codec/msgpack.ts";
import type { CatalogueEvent } from "@lib/event/catalogue.ts";
import type { Event } from "@lib/event/event.ts";
import { type EventClient, type EventClientOptions, connectEvents } from "@lib/gateway/client/event-client.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { QUIET } from "@tests/harness/gateway-community.ts";
import { startTcpProxy } from "@tests/harness/tcp-proxy.ts";
import { testGateway } from "@tests/harness/test-gateway.ts";
import { afterEach, describe, expect, mock, spyOn, test } from "bun:test";

/**
 * What a server does with a connection: what it sends, events after other frames, the code with which it closes then,
 * and whether it answers pings (in JSON), each at a position of its own.
 */
type Reply = { frames?: readonly (string | Uint8Array)[]; events: readonly Event[]; code?: number; answers?: boolean };

afterEach(() => void mock.restore());

/** The waits of a client between two attempts, in milliseconds; each is over at once. */
function waitsOf(): number[] {
  const waits: number[] = [];
  const now = (run: () => void, ms = 0) => {
    waits.push(ms);
    setImmediate(run);
    return 0;
  };
  // The client keeps what is returned only to clear it.
  spyOn(globalThis, "setTimeout").mockImplementation(now as unknown as typeof setTimeout);
  return waits;
}

/** Intervals, which pass when the test says so. */
function intervalsOf(): { pass(): void; readonly running: number } {
  const running = new Map<unknown, () => void>();
  const start = (run: () => void): object => {
    const timer = {};
    running.set(timer, run);
    return timer;
  };
  // As above.
  spyOn(globalThis, "setInterval").mockImplementation(start as unknown as typeof setInterval);
  spyOn(globalThis, "clearInterval").mockImplementation((timer) => void running.delete(timer));
  return {
    pass: () => running.forEach((run) => run()),
    get running() {
      return running.size;
    },
  };
}

/** A server that greets its first connections as told, one reply each, and the others as the last one. */
function serverOf(...replies: Reply[]) {
  const queries: URLSearchParams[] = [];
  const received: unknown[] = [];
  const replyTo = (at: number): Reply => replies[at] ?? replies.at(-1) ?? { events: [] };
  const server = Bun.serve<{ at: number; isPacked: boolean }>({
    port: 0,
    fetch(request, own) {
      const query = new URL(request.url).searchParams;
      queries.push(query);
      const data = { at: queries.length - 1, isPacked: query.get("format") === "msgpack" };
      return own.upgrade(request, { data }) ? undefined : new Response(null, { status: 400 });
    },
    websocket: {
      open(ws) {
        const { frames = [], events, code } = replyTo(ws.data.at);
        for (const frame of frames) ws.send(frame);
        for (const event of events) ws.send(ws.data.isPacked ? encodeMsgpack(event) : encodeJson(event));
        if (code !== undefined) ws.close(code);
      },
      message(ws, message) {
        received.push(typeof message === "string" ? message : message.toString("hex"));
        if (!replyTo(ws.data.at).answers) return;
        ws.send(encodeJson({ ...JSON.parse(String(message)), type: "Pong", position: `pong ${received.length}` }));
      },
    },
  });
  const events: CatalogueEvent[] = [];
  const clients: EventClient[] = [];
  return {
    port: server.port ?? 0,
    queries,
    received,
    events,
    connect(options: Partial<EventClientOptions> = {}): EventClient {
      const url = urlOf({ port: server.port ?? 0 });
      const client = connectEvents({ url, token: "t", onEvent: (event) => void events.push(event), ...options });
      clients.push(client);
      return client;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...clients.map((client) => client.close()), server.stop(true)]);
    },
  };
}

const urlOf = ({ port }: { port: number }): string => `ws://127.0.0.1:${port}/`;
const AUTHENTICATED = { type: "Authenticated" };
const ready = (session: string, position: string) => ({ type: "Ready", session, position });

describe("the client of the gateway", () => {
  test.each([
    ["half", 0, [50, 100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 15_000, 15_000]],
    ["nearly all", 1 - 2 ** -53, [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000]],
  ])("waits longer after each attempt, %s of up to half a minute", async (_, random, expected) => {
    const waits = waitsOf();
    await using server = serverOf({ events: [AUTHENTICATED], code: 1013 });

    server.connect({ reconnect: true, random: () => random });
    await eventually(() => waits.length >= expected.length);

    // A server that greets and cannot serve is not hammered: only `Ready` begins anew.
    expect(waits.slice(0, expected.length).map(Math.round)).toEqual(expected);
  });

  test("begins to wait anew after a connection that got as far as Ready", async () => {
    const waits = waitsOf();
    const broken = { events: [AUTHENTICATED], code: 1013 };
    const whole = { events: [AUTHENTICATED, ready("s", "1-0")], code: 4004 };
    await using server = serverOf(broken, broken, whole, broken);

    server.connect({ reconnect: true, random: () => 0 });
    await eventually(() => waits.length >= 4);

    expect(waits.slice(0, 4)).toEqual([50, 100, 50, 100]);
  });

  test.each([
    [4002, 1],
    [4003, 1],
    [4001, 2],
    [1012, 2],
  ])("after a close with %d makes %d connections", async (code, connections) => {
    const waits = waitsOf();
    await using server = serverOf({ events: [], code }, { events: [ready("s", "1-0")] });
    const closes: number[] = [];

    server.connect({ reconnect: true, onClose: (close) => void closes.push(close.code) });
    await eventually(() => closes.length === 1 && server.events.length === connections - 1);

    expect(closes).toEqual([code]);
    expect([server.queries.length, waits.length]).toEqual([connections, connections - 1]);
  });

  test.each([
    ["final after Logout", true, { type: "Logout" }],
    ["final after Error InvalidSession", true, { type: "Error", data: { type: "InvalidSession" } }],
    ["not final after Error DatabaseError", false, { type: "Error", data: { type: "DatabaseError" } }],
    ["not final after Error that says nothing", false, { type: "Error" }],
  ])("a close whose code says nothing is %s", async (_, isFinal, event) => {
    waitsOf();
    await using server = serverOf({ events: [event], code: 1001 }, { events: [ready("s", "1-0")] });
    const closes: unknown[] = [];

    server.connect({ reconnect: true, onClose: (close) => void closes.push(close.isFinal) });
    await eventually(() => closes.length === 1 && server.events.length === (isFinal ? 1 : 2));

    expect(closes).toEqual([isFinal]);
    expect(server.queries.length).toBe(isFinal ? 1 : 2);
  });

  test("P3: continues at the newest position, in the session that was named last, by Ready or Resumed", async () => {
    waitsOf();
    const resumed = { type: "Resumed", recovered: true, session: "second", position: "5-0" };
    const message = { type: "ChannelStartTyping", id: "c", user: "u", position: "7-0" };
    await using server = serverOf(
      { events: [AUTHENTICATED, ready("first", "5-0")], code: 1012 },
      { events: [AUTHENTICATED, resumed, message], code: 1012 },
      { events: [ready("third", "9-0")] },
    );

    const client = server.connect({ reconnect: true, resume: true });
    await eventually(() => server.events.length === 6);

    const asked = server.queries.map((query) => ["resume", "session", "position"].map((key) => query.get(key)));
    expect(asked).toEqual([
      ["true", null, null],
      ["true", "first", "5-0"],
      ["true", "second", "7-0"],
    ]);
    expect(client.resumePoint).toEqual({ session: "third", position: "9-0" });
  });

  test("P3: what a server names a session and a position goes back as it came, whatever it holds", async () => {
    waitsOf();
    const [session, position] = ["a&token=x#y z", "1-0 é"];
    await using server = serverOf({ events: [ready(session, position)], code: 1012 }, { events: [ready("s", "2-0")] });

    server.connect({ reconnect: true, resume: true });
    await eventually(() => server.events.length === 2);

    const asked = server.queries.map((query) => ["token", "session", "position"].map((key) => query.getAll(key)));
    expect(asked).toEqual([
      [["t"], [], []],
      [["t"], [session], [position]],
    ]);
  });

  test("what is sent while there is no connection is lost, and breaks nothing", async () => {
    waitsOf();
    await using server = serverOf({ events: [ready("s", "1-0")], code: 4004 }, { events: [ready("s", "1-0")] });
    const ping = (data: number) => ({ type: "Ping", data }) as const;

    const client = server.connect({ reconnect: true, onClose: () => client.send(ping(2)) });
    client.send(ping(1));
    await eventually(() => server.events.length === 2);
    client.send(ping(3));

    await eventually(() => server.received.length > 0);
    expect(server.received).toEqual(['{"type":"Ping","data":3}']);
  });

  test("P6: what is no event is skipped: neither text nor bytes, no object, no type, two of them", async () => {
    const deep = '{"type":"Pong","data":'.repeat(20_000);
    const texts = ["", "?", "null", "[1]", "{}", '{"type":5}', '{"type":"Pong","type":"Pong"}', deep];
    const bytes = [[], [0xc1], [0x93, 1, 2, 3], [0xdf, 255, 255, 255, 255], [0x80]].map((list) => new Uint8Array(list));
    await using server = serverOf({ frames: [...texts, ...bytes], events: [AUTHENTICATED] });

    server.connect();
    await eventually(() => server.events.some(({ type }) => type === "Authenticated"));

    expect(server.events.map(({ type }) => type)).toEqual(["Authenticated"]);
  });

  test("P7: a connection on which nothing is heard any more, not even an answer, is given up for a new one", async () => {
    waitsOf();
    const intervals = intervalsOf();
    await using server = serverOf({ events: [ready("s", "1-0")], answers: true });
    using wire = startTcpProxy({ hostname: "127.0.0.1", port: server.port });
    const closes: number[] = [];

    const client = server.connect({ url: urlOf(wire), reconnect: true, onClose: ({ code }) => void closes.push(code) });
    await eventually(() => server.events.length === 1);
    for (const answered of [1, 2, 3]) {
      intervals.pass();
      await eventually(() => client.resumePoint?.position === `pong ${answered}`);
    }
    expect([closes, server.events.length]).toEqual([[], 1]);
    wire.freeze();
    intervals.pass();
    intervals.pass();
    await eventually(() => closes.length === 1);
    wire.thaw();

    await eventually(() => server.events.length === 2);
    expect([closes, server.queries.length, intervals.running]).toEqual([[1006], 2, 1]);
  });

  test("P3: a quiet connection keeps its place, however much others talk, and how it does that is told to nobody", async () => {
    await using gateway = await testGateway();
    const [quiet, author, other] = [await gateway.user(QUIET), await gateway.user(QUIET), await gateway.user(QUIET)];
    const direct = await gateway.direct(author.id, other.id);
    await using socket = await gateway.socket(quiet.token, { resume: true, heartbeatMs: 100 });
    const before = socket.client.resumePoint?.position;

    await gateway.say(direct._id, author.user);
    await eventually(() => socket.client.resumePoint?.position !== before);

    expect([socket.types(), socket.closes]).toEqual([["Authenticated", "Ready"], []]);
  });

  test("P7: an attempt that nobody answers is given up for a new one", async () => {
    waitsOf();
    const intervals = intervalsOf();
    await using server = serverOf({ events: [ready("s", "1-0")] });
    using wire = startTcpProxy({ hostname: "127.0.0.1", port: server.port });
    const closes: number[] = [];
    wire.freeze();

    server.connect({ url: urlOf(wire), reconnect: true, onClose: ({ code }) => void closes.push(code) });
    intervals.pass();
    await eventually(() => closes.length === 1);
    wire.thaw();

    await eventually(() => server.events.length === 1);
    expect([closes, intervals.running]).toEqual([[1006], 1]);
  });

  test.each(["answers", "does not answer"])(
    "closing comes to an end when the server %s, and nothing runs on",
    async (how) => {
      waitsOf();
      const intervals = intervalsOf();
      await using server = serverOf({ events: [ready("s", "1-0")] });
      using wire = startTcpProxy({ hostname: "127.0.0.1", port: server.port });
      const client = server.connect({ url: urlOf(wire), reconnect: true });
      await eventually(() => server.events.length === 1);
      if (how === "does not answer") wire.freeze();

      await client.close();

      expect([server.queries.length, intervals.running]).toEqual([1, 0]);
    },
  );

  test("speaks both formats", async () => {
    await using server = serverOf({ events: [AUTHENTICATED] });
    const ping = { type: "Ping", data: 12_345 } as const;

    for (const format of ["json", "msgpack"] as const) {
      const client = server.connect({ format });
      await eventually(() => server.events.length > 0);
      expect(server.events.splice(0).map(({ type }) => type)).toEqual(["Authenticated"]);
      client.send(ping);
    }

    await eventually(() => server.received.length === 2);
    expect(server.received).toEqual(['{"type":"Ping","data":12345}', "82a474797065a450696e67a464617461cd3039"]);
  });
});
