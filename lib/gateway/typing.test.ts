import { publish } from "@lib/domain/publish.ts";
import { channelGroupLeave } from "@lib/event/channel-events.ts";
import { HIDDEN, QUIET, VIEW, typesOf } from "@tests/harness/gateway-community.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { testGateway } from "@tests/harness/test-gateway.ts";
import { describe, expect, test } from "bun:test";

describe.each(profiles)("typing on $name", (profile) => {
  test("events-51 events-52: typing needs view alone and reaches everybody in the channel, the typist too", async () => {
    await using gateway = await testGateway({ profile });
    const [owner, member] = [await gateway.user(QUIET), await gateway.user(QUIET)];
    // Members may view, and nothing else.
    const server = await gateway.server(owner.id, { default_permissions: VIEW });
    const open = await gateway.channel(server);
    const hidden = await gateway.channel(server, HIDDEN);
    for (const { id } of [owner, member]) await gateway.join(server, id);
    await using typist = await gateway.socket(member.token);
    await using staff = await gateway.socket(owner.token, { format: "msgpack" });

    for (const channel of [hidden._id, "unknown", server._id, member.id, `${member.id}!`, open._id])
      typist.client.send({ type: "BeginTyping", channel });
    typist.client.send({ type: "EndTyping", channel: open._id });
    for (const socket of [typist, staff]) await socket.take("ChannelStopTyping");

    const started: unknown[] = [typist, staff].map(({ events }) =>
      events.filter(({ type }) => type === "ChannelStartTyping"),
    );
    const expected = [{ type: "ChannelStartTyping", id: open._id, user: member.id }];
    expect(started).toEqual([expected, expected]);
  });

  test("typing works in groups and direct messages", async () => {
    await using gateway = await testGateway({ profile });
    const [a, b] = [await gateway.user(QUIET), await gateway.user(QUIET)];
    const direct = await gateway.direct(a.id, b.id);
    await using typist = await gateway.socket(a.token);
    await using other = await gateway.socket(b.token);

    typist.client.send({ type: "BeginTyping", channel: direct._id });

    expect(await other.take("ChannelStartTyping")).toEqual({ type: "ChannelStartTyping", id: direct._id, user: a.id });
  });

  test("P7: who types all the time, as clients tell it, is never held back", async () => {
    await using gateway = await testGateway({ profile });
    const [a, b] = [await gateway.user(QUIET), await gateway.user(QUIET)];
    const direct = await gateway.direct(a.id, b.id);
    await using typist = await gateway.socket(a.token);
    await using other = await gateway.socket(b.token);

    // Five messages a minute, each begun, renewed every other second and ended: for half an hour.
    for (let message = 0; message < 150; message++) {
      for (const type of ["BeginTyping", "BeginTyping", "BeginTyping", "EndTyping"] as const) {
        typist.client.send({ type, channel: direct._id });
        await typist.settle();
        gateway.clock.advance(type === "EndTyping" ? 6_000 : 2_000);
      }
    }

    const told = typesOf(await gateway.received(b.id, other));
    expect(told.filter((type) => type === "ChannelStartTyping")).toHaveLength(450);
    expect(told.filter((type) => type === "ChannelStopTyping")).toHaveLength(150);
  });

  test("Q15: nobody types in a conversation of others, nor in one that they left", async () => {
    await using gateway = await testGateway({ profile });
    const [a, b, c] = [await gateway.user(QUIET), await gateway.user(QUIET), await gateway.user(QUIET)];
    const direct = await gateway.direct(a.id, b.id);
    const group = await gateway.group(a.id, [c.id]);
    await using typist = await gateway.socket(c.token);
    await using other = await gateway.socket(a.token);

    await publish(gateway.deps, channelGroupLeave({ id: group._id, user: c.id }));
    await typist.take("ChannelGroupLeave");
    for (const { _id } of [direct, group]) typist.client.send({ type: "BeginTyping", channel: _id });
    await typist.settle();

    expect(typesOf(await gateway.received(a.id, other))).not.toContain("ChannelStartTyping");
  });

  test("P7: a flood of typing is passed on as far as the allowance goes, and the connection stays", async () => {
    await using gateway = await testGateway({ profile });
    const [a, b] = [await gateway.user(QUIET), await gateway.user(QUIET)];
    const direct = await gateway.direct(a.id, b.id);
    await using typist = await gateway.socket(a.token);
    await using other = await gateway.socket(b.token);

    for (let at = 0; at < 2_000; at++) typist.client.send({ type: "BeginTyping", channel: direct._id });
    await typist.settle();
    const flooded = (await gateway.received(b.id, other)).filter(({ type }) => type === "ChannelStartTyping").length;
    gateway.clock.advance(10_000);
    typist.client.send({ type: "BeginTyping", channel: direct._id });

    expect(flooded).toBeWithin(20, 60);
    await other.take("ChannelStartTyping");
  });

  test("P7: a bot that types in many channels at once is told in all of them", async () => {
    await using gateway = await testGateway({ profile });
    const owner = await gateway.user(QUIET);
    const bot = await gateway.bot(owner.id, QUIET);
    const server = await gateway.server(owner.id);
    const channels = [];
    for (let at = 0; at < 60; at++) channels.push(await gateway.channel(server));
    for (const { id } of [owner, bot]) await gateway.join(server, id);
    await using typist = await gateway.socket(bot.token);
    await using other = await gateway.socket(owner.token);

    for (const { _id } of channels) typist.client.send({ type: "BeginTyping", channel: _id });
    await typist.settle();

    const told = typesOf(await gateway.received(owner.id, other));
    expect(told.filter((type) => type === "ChannelStartTyping")).toHaveLength(60);
  });

  test("P7: many connections of one user have one allowance for typing", async () => {
    await using gateway = await testGateway({ profile });
    const [a, b] = [await gateway.user(QUIET), await gateway.user(QUIET)];
    const direct = await gateway.direct(a.id, b.id);
    await using other = await gateway.socket(b.token);
    await using sockets = new AsyncDisposableStack();
    const typists = [];
    for (let at = 0; at < 20; at++) typists.push(sockets.use(await gateway.socket(a.token)));

    for (const typist of typists)
      for (let at = 0; at < 20; at++) typist.client.send({ type: "BeginTyping", channel: direct._id });
    for (const typist of typists) await typist.settle();

    const flooded = (await gateway.received(b.id, other)).filter(({ type }) => type === "ChannelStartTyping").length;
    expect(flooded).toBeWithin(20, 60);
  });
});
