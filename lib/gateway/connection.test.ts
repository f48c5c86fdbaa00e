import { publish } from "@lib/domain/publish.ts";
import type { CatalogueEvent } from "@lib/event/catalogue.ts";
import { deleteSession } from "@lib/event/session-events.ts";
import { serverUpdate } from "@lib/event/server-events.ts";
import { userUpdate } from "@lib/event/user-events.ts";
import type { SocketData } from "@lib/gateway/connection.ts";
import { Frames } from "@lib/gateway/frames.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { QUIET, community } from "@tests/harness/gateway-community.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { OPCODE, encodeFrame, openRawSocket } from "@tests/harness/raw-socket.ts";
import { testConnection } from "@tests/harness/test-connection.ts";
import { type TestGateway, testGateway } from "@tests/harness/test-gateway.ts";
import { StoreError, StoreUnavailableError } from "@lib/store/database.ts";
import type { ServerWebSocket } from "bun";
import { describe, expect, spyOn, test } from "bun:test";

const textOf = (payload: Buffer): unknown => JSON.parse(payload.toString());

/** Opens a raw socket of a fresh user, who is invisible so that nothing but answers follows `Ready`. */
async function loggedIn(gateway: TestGateway, query = "") {
  const person = await gateway.user(QUIET);
  const socket = await openRawSocket(gateway.url, `?token=${person.token}${query}`);
  const opcode = query.includes("format=msgpack") ? OPCODE.binary : OPCODE.text;
  const greeting = [await socket.take(opcode), await socket.take(opcode)];
  return { person, socket, greeting };
}

describe.each(profiles)("connections on $name", (profile) => {
  test("events-1: the first frame is exactly Authenticated, the second is Ready", async () => {
    await using gateway = await testGateway({ profile });

    const { socket, greeting } = await loggedIn(gateway);
    await using _ = socket;

    expect(greeting[0]?.toString()).toBe('{"type":"Authenticated"}');
    expect(greeting[1]?.toString()).toStartWith('{"type":"Ready",');
  });

  test("events-2: before Authenticate nothing is answered, not even Ping", async () => {
    await using gateway = await testGateway({ profile });
    const { token } = await gateway.user();
    await using socket = await openRawSocket(gateway.url);

    socket.send(OPCODE.text, '{"type":"Ping","data":1}');
    socket.send(OPCODE.text, JSON.stringify({ type: "Authenticate", token }));

    expect(textOf(await socket.take(OPCODE.text))).toEqual({ type: "Authenticated" });
  });

  test("events-3: an invalid token is answered with one Error, then a Close frame that says so", async () => {
    await using gateway = await testGateway({ profile });
    await using socket = await openRawSocket(gateway.url, "?token=nonsense");

    const error = textOf(await socket.take(OPCODE.text));
    const close = await socket.closed();

    expect(error).toMatchObject({ type: "Error", data: { type: "InvalidSession" } });
    expect(close).toEqual({ code: 4002, reason: "Authentication failed" });
    expect(socket.frames.map(({ opcode }) => opcode)).toEqual([OPCODE.close]);
  });

  test("events-4: a bad token in the query is final, a later Authenticate is not looked at", async () => {
    await using gateway = await testGateway({ profile });
    const { token } = await gateway.user();
    await using socket = await openRawSocket(gateway.url, "?token=");

    socket.send(OPCODE.text, JSON.stringify({ type: "Authenticate", token }));
    await socket.closed();

    const texts = socket.frames.filter(({ opcode }) => opcode === OPCODE.text).map(({ payload }) => textOf(payload));
    expect(texts).toEqual([expect.objectContaining({ type: "Error" })]);
  });

  test("events-5: a session of an account without user record is InvalidSession", async () => {
    await using gateway = await testGateway({ profile });
    const { token } = await gateway.session(gateway.deps.ids.ulid());
    await using socket = await openRawSocket(gateway.url, `?token=${token}`);

    expect(textOf(await socket.take(OPCODE.text))).toMatchObject({ type: "Error", data: { type: "InvalidSession" } });
  });

  test("connecting is noted as the session's last use", async () => {
    await using gateway = await testGateway({ profile });
    const { token } = await gateway.user();
    gateway.clock.advance(3_600_000);
    const connectedMs = gateway.clock.now();

    await using _socket = await gateway.socket(token);
    await gateway.deps.background.drain(1_000);

    const session = await gateway.deps.store.sessions.getByToken(token);
    expect(session?.last_seen).toBeGreaterThanOrEqual(connectedMs);
  });

  test("a bot without its user record is NotFound", async () => {
    await using gateway = await testGateway({ profile });
    const owner = await gateway.user();
    const bot = await gateway.bot(owner.id);
    await gateway.deps.store.users.delete(bot.id);
    await using socket = await openRawSocket(gateway.url, `?token=${bot.token}`);

    expect(textOf(await socket.take(OPCODE.text))).toMatchObject({ type: "Error", data: { type: "NotFound" } });
  });

  test("events-6: a bot's Ready has no policy_changes", async () => {
    await using gateway = await testGateway({ profile });
    const owner = await gateway.user();
    const bot = await gateway.bot(owner.id);
    await using socket = await gateway.socket(bot.token);

    const ready = await socket.take("Ready");

    expect(Object.keys(ready)).not.toContain("policy_changes");
    expect(ready.users?.at(-1)).toMatchObject({ _id: bot.id, relationship: "User", bot: { owner: owner.id } });
  });

  test("events-7: msgpack frames are binary; a text Ping is ignored, a binary one answered", async () => {
    await using gateway = await testGateway({ profile });
    const { socket, greeting } = await loggedIn(gateway, "&format=msgpack");
    await using _ = socket;

    socket.send(OPCODE.text, '{"type":"Ping","data":7}');
    socket.send(OPCODE.binary, Buffer.from("82a474797065a450696e67a464617461cd3039", "hex"));
    const pong = await socket.take(OPCODE.binary);

    expect(greeting[0]?.toString("hex")).toBe("81a474797065ad41757468656e74696361746564");
    expect(pong.toString("hex")).toBe("82a474797065a4506f6e67a464617461cd3039");
    expect(socket.frames).toEqual([]);
  });

  test("events-8: a binary frame with JSON text is ignored in a JSON connection, which stays open", async () => {
    await using gateway = await testGateway({ profile });
    const { socket } = await loggedIn(gateway);
    await using _ = socket;

    socket.send(OPCODE.binary, '{"type":"Ping","data":1}');
    socket.send(OPCODE.text, '{"type":"Ping","data":2}');

    expect(textOf(await socket.take(OPCODE.text))).toEqual({ type: "Pong", data: 2 });
  });

  test("events-9: unknown formats and versions mean JSON", async () => {
    await using gateway = await testGateway({ profile });

    const { socket, greeting } = await loggedIn(gateway, "&format=xml&version=abc");
    await using _ = socket;

    expect(greeting[0]?.toString()).toBe('{"type":"Authenticated"}');
  });

  test("events-10: joined_at is milliseconds in msgpack and an ISO date in JSON", async () => {
    await using gateway = await testGateway({ profile });
    const a = await gateway.user();
    const server = await gateway.server(a.id);
    await gateway.join(server, a.id);
    await using json = await gateway.socket(a.token);
    await using msgpack = await gateway.socket(a.token, { format: "msgpack" });

    const texts = (await json.take("Ready")).members?.map(({ joined_at }) => joined_at);
    const numbers: unknown[] = ((await msgpack.take("Ready")).members ?? []).map(({ joined_at }) => joined_at);

    expect(texts).toEqual([expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)]);
    expect(numbers).toEqual([Date.parse(texts?.[0] ?? "")]);
  });

  test("events-11 events-12: Ping data is echoed exactly, anything else is not answered and does not close", async () => {
    await using gateway = await testGateway({ profile });
    const { socket } = await loggedIn(gateway);
    await using _ = socket;
    const echoed = ["0", "1", "9007199254740992", "9223372036854775808", "[]", "[1,255]"];
    const ignored = ["-1", "1.5", '"x"', "null", "[256]", "true", "{}"].map((data) => `{"type":"Ping","data":${data}}`);
    const answered = [
      ...echoed.map((data) => `{"type":"Ping","data":${data}}`),
      '{"type":"Ping","data":5,"responded":null}',
    ];
    const unanswered = [...ignored, '{"type":"Ping"}', '{"type":"Ping","data":6,"responded":{}}'];

    for (const frame of [...unanswered, ...answered]) socket.send(OPCODE.text, frame);
    const pongs: string[] = [];
    for (const _ of answered) pongs.push((await socket.take(OPCODE.text)).toString());

    expect(pongs).toEqual([...echoed, "5"].map((data) => `{"type":"Pong","data":${data}}`));
  });

  test("events-13 P6: unknown types, malformed frames, Pong and deep nesting are ignored", async () => {
    await using gateway = await testGateway({ profile });
    const { socket } = await loggedIn(gateway);
    await using _ = socket;
    const deep = "[".repeat(30_000) + "]".repeat(30_000);
    const frames = ['{"type":"Nonsense"}', "{", "", '{"type":"Pong","data":1}', "null", '"Ping"', '{"type":1}', deep];

    for (const frame of frames) socket.send(OPCODE.text, frame);
    socket.send(OPCODE.text, `{"type":"Ping","data":1,"extra":${deep}}`);
    socket.send(OPCODE.text, '{"type":"Ping","data":2}');
    const first = textOf(await socket.take(OPCODE.text));

    // An unknown key is ignored however deep it is, or its frame is refused: either way nothing breaks.
    expect([
      { type: "Pong", data: 1 },
      { type: "Pong", data: 2 },
    ] as unknown[]).toContainEqual(first);
    expect(socket.isClosed).toBe(false);
  });

  test("P6: deep msgpack nesting and lying lengths are ignored", async () => {
    await using gateway = await testGateway({ profile });
    const { socket } = await loggedIn(gateway, "&format=msgpack");
    await using _ = socket;

    socket.send(OPCODE.binary, Buffer.alloc(60_000, 0x91));
    socket.send(OPCODE.binary, Buffer.from("dfffffffff", "hex"));
    socket.send(OPCODE.binary, Buffer.from("ddffffffff", "hex"));
    socket.send(OPCODE.binary, Buffer.from("82a474797065a450696e67a46461746109", "hex"));

    expect((await socket.take(OPCODE.binary)).toString("hex")).toBe("82a474797065a4506f6e67a46461746109");
  });

  test("events-14: a second Authenticate after login is ignored", async () => {
    await using gateway = await testGateway({ profile });
    const { socket } = await loggedIn(gateway);
    await using _ = socket;

    socket.send(OPCODE.text, '{"type":"Authenticate","token":"nonsense"}');
    socket.send(OPCODE.text, '{"type":"Ping","data":1}');

    expect(textOf(await socket.take(OPCODE.text))).toEqual({ type: "Pong", data: 1 });
  });

  test("events-47 events-51: what is sent right after Authenticate, without waiting for Ready, is not lost", async () => {
    await using gateway = await testGateway({ profile });
    const [person, fellow] = [await gateway.user(QUIET), await gateway.user(QUIET)];
    const server = await gateway.server(fellow.id);
    const channel = await gateway.channel(server);
    for (const { id } of [person, fellow]) await gateway.join(server, id);
    await using socket = await openRawSocket(gateway.url);

    const sent = [
      { type: "Authenticate", token: person.token },
      { type: "Subscribe", server_id: server._id },
      { type: "BeginTyping", channel: channel._id },
    ];
    // At once, so that all of it is there before anything could be read.
    socket.write(
      Buffer.concat(sent.map((event) => encodeFrame(OPCODE.text, Buffer.from(JSON.stringify(event)), true))),
    );
    const greeting = [await socket.take(OPCODE.text), await socket.take(OPCODE.text)].map(textOf);
    const typing = textOf(await socket.take(OPCODE.text));
    await publish(
      gateway.deps,
      userUpdate({ id: fellow.id, data: { display_name: "n" }, clear: [], event_id: null }, [server._id]),
    );

    expect(greeting).toMatchObject([{ type: "Authenticated" }, { type: "Ready" }]);
    expect(typing).toEqual({ type: "ChannelStartTyping", id: channel._id, user: person.id });
    expect(textOf(await socket.take(OPCODE.text))).toMatchObject({ type: "UserUpdate", id: fellow.id });
  });

  test("events-15: a WebSocket ping is answered with its payload, also before authentication", async () => {
    await using gateway = await testGateway({ profile });
    await using socket = await openRawSocket(gateway.url);

    socket.send(OPCODE.ping, "are you there");

    expect((await socket.take(OPCODE.pong)).toString()).toBe("are you there");
  });

  test("events-16: a Close frame 1000 is answered with Close 1000", async () => {
    await using gateway = await testGateway({ profile });
    const { socket } = await loggedIn(gateway);
    await using _ = socket;

    socket.send(OPCODE.close, Buffer.from([0x03, 0xe8]));

    expect((await socket.closed())?.code).toBe(1000);
  });

  test("events-17: a plain GET gets an HTTP error", async () => {
    await using gateway = await testGateway({ profile });

    const response = await fetch(gateway.url.replace("ws:", "http:"));

    expect(response.status).toBe(426);
    expect(response.headers.get("upgrade")).toBe("websocket");
  });

  test("a message in several frames, arriving one byte at a time, is read like any other", async () => {
    await using gateway = await testGateway({ profile });
    const { socket } = await loggedIn(gateway);
    await using _ = socket;

    const parts = [
      encodeFrame(OPCODE.text, Buffer.from('{"type":"Pi'), false),
      encodeFrame(OPCODE.continuation, Buffer.from('ng","data":3}')),
    ];
    for (const byte of Buffer.concat(parts)) {
      socket.write(Buffer.from([byte]));
      await new Promise(setImmediate);
    }

    expect(textOf(await socket.take(OPCODE.text))).toEqual({ type: "Pong", data: 3 });
  });

  test("a session revoked while its connection is being prepared does not get in", async () => {
    await using gateway = await testGateway({ profile });
    const person = await gateway.user();
    const { store } = gateway.deps;
    const witness = await gateway.user();
    await using other = await gateway.socket(witness.token);
    const { listByUser } = store.members;
    // The revocation falls exactly between the check of the token and the end of the snapshot.
    store.members.listByUser = async (id) => {
      store.members.listByUser = listByUser;
      await store.sessions.delete(person.sessionId);
      await publish(gateway.deps, deleteSession({ user_id: person.id, session_id: person.sessionId }));
      await gateway.received(witness.id, other);
      return listByUser(id);
    };
    await using socket = await gateway.socket(person.token, { untilReady: false });

    await socket.take("Error");
    await eventually(() => socket.closes.length === 1);

    expect(socket.closes[0]?.code).toBe(4002);
    expect(socket.types()).toEqual(["Authenticated"]);
  });

  test("a snapshot that cannot be read ends the connection without an Error, with a code that says: later", async () => {
    await using gateway = await testGateway({ profile });
    const [user, gone] = [await gateway.user(QUIET), await gateway.user(QUIET)];
    const { members, users } = gateway.deps.store;
    const [{ listByUser }, { get }] = [members, users];
    members.listByUser = (id) => (id === user.id ? Promise.reject(new Error("away")) : listByUser(id));
    users.get = async (id) => {
      const read = await get(id);
      if (id === gone.id) await users.delete(id); // after the token was looked at
      return read;
    };

    for (const { token } of [user, gone]) {
      await using socket = await gateway.socket(token, { untilReady: false });
      await eventually(() => socket.closes.length === 1);
      expect(socket.types()).toEqual(["Authenticated"]);
      expect(socket.closes[0]?.code).toBe(1013);
    }
  });

  test("P25: a database that is away is not told about again for each connection that comes meanwhile", async () => {
    await using gateway = await testGateway({ profile });
    const user = await gateway.user(QUIET);
    const log = spyOn(gateway.deps.log, "error");
    const sessions = spyOn(gateway.deps.store.sessions, "getByToken");

    for (const [error, lines] of [
      [new StoreUnavailableError("findOne", "sessions", "away"), 0],
      [new StoreError("findOne", "sessions", "broken"), 1],
    ] as const) {
      sessions.mockRejectedValue(error);
      await using socket = await gateway.socket(user.token, { untilReady: false });
      await eventually(() => socket.closes.length === 1);
      expect(socket.closes[0]?.code).toBe(1013);
      expect(log.mock.calls.length).toBe(lines);
    }
    log.mockRestore();
  });

  test("P1: a server whose last other connection leaves while somebody connects is not missing from their Ready", async () => {
    await using gateway = await testGateway({ profile });
    const { people, channel } = await community(gateway, 2, {});
    const [a, b] = people;
    const first = await gateway.socket(a.token);
    const { emojis } = gateway.deps.store;
    const { listByServers } = emojis;
    emojis.listByServers = async (ids) => {
      await first.client.close();
      await eventually(() => gateway.stats.connections === 1);
      return listByServers(ids);
    };
    await using socket = await gateway.socket(b.token);

    const ready = await socket.take("Ready");
    const id = await gateway.say(channel._id, a.user);

    expect(ready.channels?.map(({ _id }) => _id)).toEqual([channel._id]);
    expect((await socket.take("Message"))._id).toBe(id);
  });

  test("P1: rare events while a connection is prepared are in its Ready or follow it", async () => {
    await using gateway = await testGateway({ profile });
    const a = await gateway.user();
    const server = await gateway.server(a.id);
    await gateway.join(server, a.id);
    let renames = 0;
    let isTalking = true;
    const rename = async (): Promise<void> => {
      const name = `server ${++renames}`;
      await gateway.deps.store.servers.update(server._id, { name });
      await publish(gateway.deps, serverUpdate({ id: server._id, data: { name }, clear: [] }));
    };
    const talk = (async () => {
      for (; isTalking; await new Promise(setImmediate)) await rename();
    })();

    const sockets = await Promise.all(Array.from({ length: 10 }, () => gateway.socket(a.token)));
    isTalking = false;
    await talk;
    await rename();

    for (const socket of sockets) {
      await eventually(() => namesSeen(socket.events).at(-1) === `server ${renames}`);
      const [inReady = 0, ...told] = namesSeen(socket.events).map((name) => Number(name.split(" ")[1]));
      expect(told).toEqual(told.map((_, at) => renames - told.length + 1 + at));
      expect(told[0]).toBeLessThanOrEqual(inReady + 1);
      await socket.client.close();
    }
  });
});

/** The server's names in the order in which a client saw them, the first from Ready. */
function namesSeen(events: readonly CatalogueEvent[]): string[] {
  return events.flatMap((event) => {
    if (event.type === "Ready") return (event.servers ?? []).map(({ name }) => name);
    return event.type === "ServerUpdate" && typeof event.data.name === "string" ? [event.data.name] : [];
  });
}

describe("what is held back", () => {
  test("P7: counts as sent when it is held, so that who takes nothing of it is noticed", () => {
    const connection = testConnection("c");
    const noted: unknown[] = [];
    const ws = { send() {}, getBufferedAmount: () => 0 };
    connection.attach(ws as unknown as ServerWebSocket<SocketData>, (frame) => void noted.push(frame)); // what is used
    const frames = new Frames({ type: "Authenticated" });

    connection.holdBack();
    connection.send(frames);
    const held = [...noted];
    connection.goOn();

    expect(held).toEqual([frames.text]);
    expect(noted).toEqual(held);
  });

  test("P7: is let go of with the socket, however long the connection may come back", () => {
    const connection = testConnection("c");
    connection.holdBack();
    connection.send(new Frames({ type: "Authenticated" }));

    connection.detach();

    expect([connection.state, connection.waitingBytes]).toEqual(["closed", 0]);
  });
});
