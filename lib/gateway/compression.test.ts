import { constants, inflateRawSync } from "node:zlib";
import { eventually } from "@tests/harness/eventually.ts";
import { QUIET } from "@tests/harness/gateway-community.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { OPCODE, openRawSocket } from "@tests/harness/raw-socket.ts";
import { testGateway } from "@tests/harness/test-gateway.ts";
import { describe, expect, test } from "bun:test";

const CONTENT = "the same words, again and again; ".repeat(50);

describe.each(profiles)("compression on $name", (profile) => {
  test.each(["json", "msgpack"] as const)(
    "who asks for it reads the same %s events as who does not, also after resuming",
    async (format) => {
      await using gateway = await testGateway({ profile });
      const [a, b] = [await gateway.user(), await gateway.user()];
      const direct = await gateway.direct(a.id, b.id);
      await using plain = await gateway.socket(b.token, { format });
      await using small = await gateway.socket(b.token, { format, compress: true, resume: true, reconnect: true });

      await gateway.say(direct._id, a.user, CONTENT);
      const [here, there] = [await plain.take("Message"), await small.take("Message")];
      small.client.drop();
      await small.take("Authenticated");
      const missed = await gateway.say(direct._id, a.user, CONTENT);

      expect(there).toMatchObject(here);
      expect(await small.take("Message")).toMatchObject({ _id: missed, content: CONTENT });
    },
  );

  test.each([
    ["asks and offers the extension gets compressed frames", "&compress=true", true, true],
    ["only offers the extension gets plain ones", "", true, false],
    ["only asks gets plain ones", "&compress=true", false, false],
  ])("a client that %s", async (_, query, deflates, isCompressed) => {
    await using gateway = await testGateway({ profile });
    const [a, b] = [await gateway.user(QUIET), await gateway.user(QUIET)];
    const direct = await gateway.direct(a.id, b.id);
    await using socket = await openRawSocket(gateway.url, `?token=${a.token}${query}`, { deflates });
    for (let at = 0; at < 2; at++) await socket.take(OPCODE.text);

    await gateway.say(direct._id, b.user, CONTENT);
    await eventually(() => socket.frames.length > 0);
    const [frame] = socket.frames;
    if (!frame) throw new Error("no frame");

    expect(frame.isCompressed).toBe(isCompressed);
    expect(frame.payload.length < CONTENT.length).toBe(isCompressed);
    const text = isCompressed ? inflate(frame.payload) : frame.payload.toString();
    expect(JSON.parse(text)).toMatchObject({ type: "Message", content: CONTENT });
  });

  test("P7: short frames are sent as they are: compressing one for each socket costs more than sending it", async () => {
    await using gateway = await testGateway({ profile });
    const [a, b] = [await gateway.user(QUIET), await gateway.user(QUIET)];
    const direct = await gateway.direct(a.id, b.id);
    await using socket = await openRawSocket(gateway.url, `?token=${a.token}&compress=true`, { deflates: true });
    for (let at = 0; at < 2; at++) await socket.take(OPCODE.text);

    await gateway.say(direct._id, b.user, "short");
    await eventually(() => socket.frames.length > 0);

    expect(socket.frames[0]?.isCompressed).toBe(false);
  });
});

const inflate = (payload: Buffer): string =>
  inflateRawSync(Buffer.concat([payload, Buffer.from([0, 0, 0xff, 0xff])]), {
    finishFlush: constants.Z_SYNC_FLUSH,
  }).toString();
