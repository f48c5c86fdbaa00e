// What a hostile or broken client meets, and what one event costs (promises P5, P6, P7).
import { constants, deflateRawSync } from "node:zlib";
import { publish } from "@lib/domain/publish.ts";
import { deleteSession } from "@lib/event/session-events.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { QUIET } from "@tests/harness/gateway-community.ts";
import { OPCODE, encodeFrame, openRawSocket } from "@tests/harness/raw-socket.ts";
import { openSilentCrowd } from "@tests/harness/silent-crowd.ts";
import { testGateway } from "@tests/harness/test-gateway.ts";
import { describe, expect, spyOn, test } from "bun:test";
import { closeCodes, runtimeCloseCodes } from "@lib/gateway/close-codes.ts";
import * as json from "@lib/codec/json.ts";
import * as msgpack from "@lib/codec/msgpack.ts";

/** A text frame whose bit RSV1 says that it is compressed (RFC 7692). */
function compressed(payload: Buffer): Buffer {
  const frame = encodeFrame(OPCODE.text, payload);
  frame[0] = 0xc1;
  return frame;
}

const limits = (gateway: object) => ({ settings: { ermine: { gateway } } });

describe("gateway limits", () => {
  test("P7: a slow reader is closed at the backpressure bound, and everybody else gets everything", async () => {
    await using gateway = await testGateway(limits({ backpressure_bytes: 1_048_576 }));
    const [a, b] = [await gateway.user(QUIET), await gateway.user(QUIET)];
    const direct = await gateway.direct(a.id, b.id);
    await using reader = await gateway.socket(a.token);
    await using slow = await openRawSocket(gateway.url, `?token=${b.token}`);
    await slow.take(OPCODE.text);
    await slow.take(OPCODE.text);
    await eventually(() => gateway.stats.connections === 2);
    slow.pause();
    const content = "x".repeat(20_000);
    const sent: string[] = [];

    // The kernel's buffers take some megabytes before the gateway notices anything.
    // The honest reader shares this process: it is given the time to read, or it would be slow, too.
    const isRead = () => reader.events.filter(({ type }) => type === "Message").length === sent.length;
    for (let at = 0; at < 2_000 && gateway.stats.connections === 2; at++) {
      sent.push(await gateway.say(direct._id, a.user, content));
      if (at % 10 === 9) await eventually(isRead);
    }

    await eventually(() => gateway.stats.connections === 1);
    await eventually(isRead);
    const got = reader.events.flatMap((event) => (event.type === "Message" ? [event._id] : []));
    expect(got).toEqual(sent);
  }, 20_000);

  test("P7: a reader that lags for seconds gets what waited and a Close that says why, and can come back", async () => {
    await using gateway = await testGateway(limits({ backpressure_bytes: 16_000_000 }));
    const [a, b] = [await gateway.user(QUIET), await gateway.user(QUIET)];
    const direct = await gateway.direct(a.id, b.id);
    await using reader = await gateway.socket(a.token);
    await using slow = await openRawSocket(gateway.url, `?token=${b.token}`);
    await slow.take(OPCODE.text);
    await slow.take(OPCODE.text);
    await eventually(async () => (await gateway.deps.keys.listOnline([b.id])).size === 1);
    slow.pause();
    const content = "x".repeat(20_000);
    let sent = 0;

    // Until the kernel's buffers are full and over half of the bound waits; few at a time, lest all of it is exceeded.
    const isRead = () => reader.events.filter(({ type }) => type === "Message").length === sent;
    while (sent < 2_000 && gateway.stats.waitingBytes < 9_000_000) {
      for (let at = 0; at < 10; at++, sent++) await gateway.say(direct._id, a.user, content);
      await eventually(isRead);
    }
    gateway.clock.advance(1_000);
    await eventually(async () => (await gateway.deps.keys.listOnline([b.id])).size === 0, { describe: "its end" });
    await gateway.say(direct._id, a.user, "no longer for it");
    slow.resume();

    expect(await slow.closed()).toEqual({ code: 4005, reason: "Too slow" });
    expect(slow.frames.filter(({ opcode }) => opcode === OPCODE.text)).toHaveLength(sent);
    await using back = await gateway.socket(b.token);
    expect(back.closes).toEqual([]);
  }, 20_000);

  test("P1, P7: a Ready larger than what may wait for a socket arrives, and after it what was told meanwhile", async () => {
    await using gateway = await testGateway(limits({ backpressure_bytes: 1_048_576 }));
    const [owner, member] = [await gateway.user(QUIET), await gateway.user(QUIET)];
    const server = await gateway.server(owner.id, { description: "x".repeat(16_000_000) });
    const channel = await gateway.channel(server);
    await gateway.join(server, member.id);
    const contents = Array.from({ length: 100 }, (_, at) => `message ${at}`);
    await using socket = await openRawSocket(gateway.url, `?token=${member.token}`);
    socket.pause();
    await eventually(() => gateway.stats.waitingBytes > 2_000_000, { describe: "a Ready that is not taken" });

    for (const content of contents.slice(0, 99)) await gateway.say(channel._id, owner.user, content);
    socket.resume();
    await eventually(() => gateway.stats.waitingBytes === 0, { describe: "all of it to be taken" });
    await gateway.say(channel._id, owner.user, contents[99]);

    const told = () => socket.frames.map(({ payload }) => JSON.parse(payload.toString()) as Record<string, unknown>);
    await eventually(() => told().length === 102);
    expect(told().map(({ type }) => type)).toEqual(["Authenticated", "Ready", ...contents.map(() => "Message")]);
    expect(told().flatMap(({ content }) => (content === undefined ? [] : [content]))).toEqual(contents);
  }, 20_000);

  test("P7: who is logged out while their Ready is being taken in is told so after it, and nothing that was held back", async () => {
    await using gateway = await testGateway(limits({ backpressure_bytes: 8_000_000 }));
    const [owner, member] = [await gateway.user(QUIET), await gateway.user(QUIET)];
    const server = await gateway.server(owner.id, { description: "x".repeat(11_000_000) });
    const channel = await gateway.channel(server);
    await gateway.join(server, member.id);
    await using socket = await openRawSocket(gateway.url, `?token=${member.token}`);
    socket.pause();
    await eventually(() => gateway.stats.waitingBytes > 2_000_000, { describe: "a Ready that is not taken" });

    await gateway.say(channel._id, owner.user);
    await publish(gateway.deps, deleteSession({ user_id: member.id, session_id: member.sessionId }));
    await eventually(() => gateway.stats.connections === 0);
    socket.resume();

    expect((await socket.closed())?.code).toBe(closeCodes.loggedOut.code);
    const texts = socket.frames.filter(({ opcode }) => opcode === OPCODE.text);
    const types = texts.map(({ payload }) => (JSON.parse(payload.toString()) as { type: unknown }).type);
    expect(types).toEqual(["Authenticated", "Ready", "Logout"]);
  }, 20_000);

  test("P7: a frame at the limit is read, one over it ends the connection and no other", async () => {
    await using gateway = await testGateway(limits({ frame_bytes_max: 1_024 }));
    const user = await gateway.user(QUIET);
    await using other = await gateway.socket(user.token);
    await using socket = await openRawSocket(gateway.url, `?token=${user.token}`);
    for (let at = 0; at < 2; at++) await socket.take(OPCODE.text);
    const ping = '{"type":"Ping","data":1}';

    socket.send(OPCODE.text, ping.padEnd(1_024));
    const pong = (await socket.take(OPCODE.text)).toString();
    socket.send(OPCODE.text, ping.padEnd(1_025));
    await eventually(() => gateway.stats.connections === 1);
    await other.settle();

    expect(pong).toBe('{"type":"Pong","data":1}');
    expect(await socket.closed()).toEqual(runtimeCloseCodes.tooBig);
    expect(other.closes).toEqual([]);
  });

  test("P7: a message in parts may not exceed the limit either", async () => {
    await using gateway = await testGateway(limits({ frame_bytes_max: 1_024 }));
    const user = await gateway.user(QUIET);
    await using socket = await openRawSocket(gateway.url, `?token=${user.token}`);
    for (let at = 0; at < 2; at++) await socket.take(OPCODE.text);

    socket.send(OPCODE.text, " ".repeat(1_000), { fin: false });
    for (let at = 0; at < 10; at++) socket.send(OPCODE.continuation, " ".repeat(1_000), { fin: false });

    await eventually(() => gateway.stats.connections === 0);
    expect(await socket.closed()).toEqual(runtimeCloseCodes.tooBig);
  });

  test("P7: a compression bomb is not unpacked beyond the limit, and ends that connection alone", async () => {
    await using gateway = await testGateway(limits({ frame_bytes_max: 131_072 }));
    const user = await gateway.user(QUIET);
    await using other = await gateway.socket(user.token);
    await using socket = await openRawSocket(gateway.url, `?token=${user.token}`, { deflates: true });
    for (let at = 0; at < 2; at++) await socket.take(OPCODE.text);
    const bomb = deflateRawSync(Buffer.alloc(64 * 2 ** 20, " "), { finishFlush: constants.Z_SYNC_FLUSH });
    expect(bomb.length).toBeLessThan(131_072);
    const small = deflateRawSync('{"type":"Ping","data":1}', { finishFlush: constants.Z_SYNC_FLUSH });

    socket.write(compressed(small.subarray(0, -4)));
    const pong = (await socket.take(OPCODE.text)).toString();
    Bun.gc(true);
    const before = process.memoryUsage.rss();
    socket.write(compressed(bomb.subarray(0, -4)));
    await eventually(() => gateway.stats.connections === 1);
    await other.settle();

    expect(pong).toBe('{"type":"Pong","data":1}');
    expect(await socket.closed()).toEqual(runtimeCloseCodes.tooBig);
    expect(other.closes).toEqual([]);
    expect(process.memoryUsage.rss() - before).toBeLessThan(32 * 2 ** 20);
  });

  test("P7: frames that are dear to read are not read from somebody without a token", async () => {
    await using gateway = await testGateway();
    const user = await gateway.user(QUIET);
    await using other = await gateway.socket(user.token);
    await using socket = await openRawSocket(gateway.url, "?format=msgpack", { deflates: true });
    const list = msgpack.encodeMsgpack({ type: "Ping", data: Array(65_000).fill("") });
    const packed = deflateRawSync(list, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
    const frame = encodeFrame(OPCODE.binary, packed);
    frame[0] = 0xc2;

    socket.write(Buffer.concat(Array<Buffer>(150).fill(frame)));
    const close = await socket.take(OPCODE.close);
    await other.settle();

    expect(packed.length).toBeLessThan(1_000);
    expect(close.readUInt16BE(0)).toBe(closeCodes.flood.code);
    expect(other.closes).toEqual([]);
  });

  test("P7: before a token comes, a few frames are read and no more", async () => {
    await using gateway = await testGateway();
    const user = await gateway.user(QUIET);
    await using patient = await openRawSocket(gateway.url);
    await using flooder = await openRawSocket(gateway.url);

    for (const socket of [patient, flooder]) socket.send(OPCODE.text, " ".repeat(10_000));
    patient.send(OPCODE.text, JSON.stringify({ type: "Authenticate", token: user.token }));
    flooder.send(OPCODE.text, " ".repeat(10_000));

    expect((await flooder.closed())?.code).toBe(closeCodes.flood.code);
    expect((await patient.take(OPCODE.text)).toString()).toBe('{"type":"Authenticated"}');
  });

  test("P7: who sends more than any client needs to is closed with a code, and not before", async () => {
    await using gateway = await testGateway();
    const [user, flooder] = [await gateway.user(QUIET), await gateway.user(QUIET)];
    await using other = await gateway.socket(user.token);
    await using socket = await openRawSocket(gateway.url, `?token=${flooder.token}`);
    for (let at = 0; at < 2; at++) await socket.take(OPCODE.text);
    const ping = JSON.stringify({ type: "Ping", data: Array(20_000).fill(1) });

    for (let at = 0; at < 20; at++) socket.send(OPCODE.text, ping);
    await eventually(() => gateway.stats.connections === 1);
    await other.settle();

    const pongs = socket.frames.filter(({ opcode }) => opcode === OPCODE.text).length;
    expect(pongs).toBeWithin(3, 10);
    expect(other.closes).toEqual([]);
  });

  test("P7: frames with nothing in them are a flood as well, with and without a token", async () => {
    await using gateway = await testGateway({ settings: { ermine: { gateway: { frame_bytes_max: 1024 } } } });
    const [user, flooder] = [await gateway.user(QUIET), await gateway.user(QUIET)];
    await using other = await gateway.socket(user.token);
    await using silent = await openRawSocket(gateway.url);
    await using live = await openRawSocket(gateway.url, `?token=${flooder.token}`);
    for (let at = 0; at < 2; at++) await live.take(OPCODE.text);
    const frames = Buffer.concat(Array<Buffer>(1_000).fill(encodeFrame(OPCODE.text, Buffer.alloc(0))));

    for (const socket of [silent, live]) socket.write(frames);
    const ends = await Promise.all([silent.closed(), live.closed()]);
    await other.settle();

    expect(ends.map((close) => close?.code)).toEqual([closeCodes.flood.code, closeCodes.flood.code]);
    expect(other.closes).toEqual([]);
  });

  test("P7: who sends ten times what honest clients send is never closed for it", async () => {
    await using gateway = await testGateway();
    const user = await gateway.user(QUIET);
    await using socket = await gateway.socket(user.token);
    const padding = "x".repeat(1_000);

    for (let second = 0; second < 1_000; second++) {
      socket.client.sendRaw(JSON.stringify({ type: "Nonsense", padding }));
      if (second % 50 === 0) await socket.settle();
      gateway.clock.advance(1_000);
    }
    await socket.settle();

    expect(socket.closes).toEqual([]);
  });

  test.each<[string, Uint8Array, keyof typeof runtimeCloseCodes]>([
    ["an unmasked frame", Buffer.from([0x81, 0x02, 0x7b, 0x7d]), "protocolError"],
    ["reserved bits", Buffer.from([0xf1, 0x80, 1, 2, 3, 4]), "protocolError"],
    ["a reserved opcode", Buffer.from([0x83, 0x80, 1, 2, 3, 4]), "protocolError"],
    ["an oversized control frame", encodeFrame(OPCODE.ping, Buffer.alloc(126)), "protocolError"],
    ["a control frame in parts", encodeFrame(OPCODE.ping, Buffer.alloc(1), false), "protocolError"],
    ["a continuation of nothing", encodeFrame(OPCODE.continuation, Buffer.from("{}")), "protocolError"],
    ["text that is none", encodeFrame(OPCODE.text, Buffer.from([0xff, 0xfe])), "notText"],
    [
      "a length beyond every limit",
      Buffer.from([0x81, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255, 1, 2, 3, 4]),
      "tooBig",
    ],
  ])("P7: %s ends that connection alone, with a code", async (_, bytes, name) => {
    await using gateway = await testGateway();
    const user = await gateway.user(QUIET);
    await using other = await gateway.socket(user.token);
    await using socket = await openRawSocket(gateway.url, `?token=${user.token}`);
    for (let at = 0; at < 2; at++) await socket.take(OPCODE.text);

    socket.write(bytes);
    const close = await socket.closed();
    await other.settle();

    expect(close?.code).toBe(runtimeCloseCodes[name].code);
    expect(other.closes).toEqual([]);
  });

  test("P7: ten thousand sockets that do not authenticate cost little, disturb nobody, and are closed at the deadline", async () => {
    const sockets = 10_000;
    await using gateway = await testGateway(limits({ auth_deadline_ms: 15_000, connections_per_address: 20_000 }));
    const [a, b] = [await gateway.user(QUIET), await gateway.user(QUIET)];
    const direct = await gateway.direct(a.id, b.id);
    await using other = await gateway.socket(b.token);
    Bun.gc(true);
    const before = process.memoryUsage.rss();

    await using crowd = await openSilentCrowd(gateway.url, sockets);
    const grownBytes = process.memoryUsage.rss() - before;
    const id = await gateway.say(direct._id, a.user);
    const message = await other.take("Message");
    await using late = await gateway.socket(a.token);
    const open = gateway.stats.connections;
    gateway.clock.advance(15_001);

    expect(await crowd.closes()).toEqual({ [closeCodes.authenticationTimeout.code]: sockets });
    expect([message._id, open, late.closes.length]).toEqual([id, sockets + 2, 0]);
    expect(grownBytes / sockets).toBeLessThan(10_000);
    await eventually(() => gateway.stats.connections === 2);
  }, 60_000);

  test("P7: who is authenticated is not closed at the deadline", async () => {
    await using gateway = await testGateway(limits({ auth_deadline_ms: 100, lease_ms: 1_000 }));
    const user = await gateway.user(QUIET);
    await using socket = await gateway.socket(user.token);
    await using second = await openRawSocket(gateway.url);
    second.send(OPCODE.text, JSON.stringify({ type: "Authenticate", token: user.token }));
    for (let at = 0; at < 2; at++) await second.take(OPCODE.text);
    await using idle = await openRawSocket(gateway.url);

    gateway.clock.advance(60_000);
    await idle.closed();
    await socket.settle();

    expect(socket.closes).toEqual([]);
    expect(second.isClosed).toBe(false);
  });

  test("P7: an address holds so many connections and no more, until one of them ends", async () => {
    await using gateway = await testGateway(limits({ connections_per_address: 3 }));
    const held = [];
    for (let at = 0; at < 3; at++) held.push(await openRawSocket(gateway.url));

    const refused = await fetch(gateway.url.replace("ws:", "http:"));
    await held[0]?.[Symbol.asyncDispose]();
    await eventually(() => gateway.stats.connections === 2);
    await using next = await openRawSocket(gateway.url);

    expect(refused.status).toBe(429);
    await eventually(() => gateway.stats.connections === 3);
    expect(next.isClosed).toBe(false);
    for (const socket of held) await socket[Symbol.asyncDispose]();
  });

  test("P7: what one IPv6 subscriber has addresses for counts as one address, behind a proxy too", async () => {
    await using gateway = await testGateway(limits({ connections_per_address: 2 }));
    const url = gateway.url.replace("ws:", "http:");
    const from = (address: string) => ({ headers: { "X-Forwarded-For": address } });
    const held = ["2001:db8::1", "2001:db8::2:1"].map((address) => new WebSocket(gateway.url, from(address)));
    await eventually(() => gateway.stats.connections === 2);

    const statuses = await Promise.all(
      ["2001:db8::3", "2001:db8:0:1::1", "192.0.2.1"].map(async (address) => (await fetch(url, from(address))).status),
    );

    expect(statuses).toEqual([429, 426, 426]);
    for (const socket of held) socket.terminate();
  });

  test("P7: a peer that is gone without a word is dropped after the idle timeout, one that answers pings is not", async () => {
    await using gateway = await testGateway(limits({ idle_timeout_ms: 10_000 }));
    const user = await gateway.user(QUIET);
    await using dead = await openRawSocket(gateway.url, `?token=${user.token}`, { answersPings: false });
    await using alive = await openRawSocket(gateway.url, `?token=${user.token}`);

    await eventually(() => dead.isClosed, { timeoutMs: 25_000 });

    expect(alive.isClosed).toBe(false);
    expect(gateway.stats.connections).toBe(1);
  }, 30_000);
});

describe("one encode", () => {
  test("P5: a message to many sockets is encoded once per format, whatever their number", async () => {
    await using gateway = await testGateway();
    const owner = await gateway.user(QUIET);
    const server = await gateway.server(owner.id);
    const channel = await gateway.channel(server);
    const sockets = [];
    for (let at = 0; at < 20; at++) {
      const member = await gateway.user(QUIET);
      await gateway.join(server, member.id);
      sockets.push(await gateway.socket(member.token, { format: at % 2 ? "msgpack" : "json" }));
    }
    const encodings = [spyOn(json, "encodeJson"), spyOn(msgpack, "encodeMsgpack")];
    const countOf = () =>
      encodings.map(
        ({ mock }) => mock.calls.filter(([event]) => (event as { type?: string }).type === "Message").length,
      );

    await gateway.say(channel._id, owner.user);
    for (const socket of sockets) await socket.take("Message");

    expect(countOf()).toEqual([1, 1]);
    for (const [at, socket] of sockets.entries()) if (at % 2) await socket.client.close();
    await eventually(() => gateway.stats.connections === 10);
    await gateway.say(channel._id, owner.user);
    await sockets[0]?.take("Message");

    // Nobody reads the other format any more.
    expect(countOf()).toEqual([2, 1]);
    for (const encoding of encodings) encoding.mockRestore();
    for (const socket of sockets) await socket.client.close();
  });
});
