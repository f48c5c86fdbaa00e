import { publish } from "@lib/domain/publish.ts";
import { serverMemberUpdate, serverRoleUpdate } from "@lib/event/server-events.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { VIEW, community, hiddenBut } from "@tests/harness/gateway-community.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { role, testGateway } from "@tests/harness/test-gateway.ts";
import { describe, expect, test } from "bun:test";

describe.each(profiles)("gateway on $name", (profile) => {
  test("events-1: Authenticated, then Ready", async () => {
    await using gateway = await testGateway({ profile });
    const a = await gateway.user();

    await using socket = await gateway.socket(a.token);

    expect(socket.types().slice(0, 2)).toEqual(["Authenticated", "Ready"]);
  });

  test("events-29: a message reaches viewers once, the author as User, strangers as None", async () => {
    await using gateway = await testGateway({ profile });
    const { people, channel } = await community(gateway, 2, {});
    const [a, b] = people;
    await using author = await gateway.socket(a.token);
    await using other = await gateway.socket(b.token, { format: "msgpack" });

    const id = await gateway.say(channel._id, a.user);
    const seen = [await author.take("Message"), await other.take("Message")];

    expect(seen.map((message) => [message._id, message.user?.relationship])).toEqual([
      [id, "User"],
      [id, "None"],
    ]);
    await author.settle();
    expect(author.types().filter((type) => type === "Message")).toEqual([]);
  });

  test("events-31 events-32: losing and getting a role hides and shows a channel, in one Bulk", async () => {
    await using gateway = await testGateway({ profile });
    const [owner, member] = [await gateway.user(), await gateway.user()];
    const server = await gateway.server(owner.id, { roles: { R: role("R", 0, 0) } });
    const open = await gateway.channel(server);
    const hidden = await gateway.channel(server, hiddenBut("R"));
    await gateway.join(server, owner.id);
    await gateway.join(server, member.id, ["R"]);
    await using socket = await gateway.socket(member.token);
    const key = { server: server._id, user: member.id };

    await publish(gateway.deps, serverMemberUpdate({ id: key, data: { roles: [] }, clear: [] }));
    const lost = await socket.take("Bulk");
    await gateway.say(hidden._id, owner.user);
    const visible = await gateway.say(open._id, owner.user);
    const first = await socket.take("Message");
    await publish(gateway.deps, serverMemberUpdate({ id: key, data: { roles: ["R"] }, clear: [] }));
    const gained = await socket.take("Bulk");

    expect(lost.v.map(({ type }) => type)).toEqual(["ChannelDelete", "ServerMemberUpdate"]);
    expect(first._id).toBe(visible);
    expect(gained.v.map(({ type, _id }) => [type, _id])).toEqual([
      ["ChannelCreate", hidden._id],
      ["ServerMemberUpdate", undefined],
    ]);
  });

  test("events-36: a change of a role that is not held arrives alone", async () => {
    await using gateway = await testGateway({ profile });
    const [owner, member] = [await gateway.user(), await gateway.user()];
    const server = await gateway.server(owner.id, { roles: { R: role("R", 0, 0) } });
    await gateway.channel(server);
    await gateway.join(server, owner.id);
    await gateway.join(server, member.id);
    await using socket = await gateway.socket(member.token);
    socket.drain();

    const data = { permissions: { a: VIEW, d: 0 } };
    await publish(gateway.deps, serverRoleUpdate({ id: server._id, role_id: "R", data, clear: [] }));
    await socket.take("ServerRoleUpdate");

    expect(socket.types()).not.toContain("Bulk");
  });

  test("P1: a socket that connects under continuous publishing misses nothing after its Ready, in order, none twice", async () => {
    await using gateway = await testGateway({ profile });
    const { people, channel } = await community(gateway, 2, {});
    const [a, b] = people;
    await using witness = await gateway.socket(a.token);
    const sent: string[] = [];
    let talking = true;
    const talk = (async () => {
      while (talking) {
        sent.push(await gateway.say(channel._id, a.user));
        await new Promise(setImmediate);
      }
    })();

    const sockets = await Promise.all(Array.from({ length: 8 }, () => gateway.socket(b.token)));
    await eventually(() => sockets.every((socket) => socket.types().filter((type) => type === "Message").length > 20));
    talking = false;
    await talk;
    const last = await gateway.say(channel._id, a.user, "last");
    sent.push(last);

    for (const socket of [...sockets, witness]) {
      await eventually(() => socket.events.some((event) => event.type === "Message" && event._id === last));
      const got = socket.events.flatMap((event) => (event.type === "Message" ? [event._id] : []));
      expect(got).toEqual(sent.slice(sent.length - got.length));
      await socket.client.close();
    }
  });

  test("P3: a resumable socket gets exactly what it missed, without a second Ready", async () => {
    await using gateway = await testGateway({ profile });
    const { people, channel } = await community(gateway, 2, {});
    const [a, b] = people;
    await using socket = await gateway.socket(b.token, { resume: true, reconnect: true });
    await gateway.say(channel._id, a.user);
    await socket.take("Message");
    socket.drain();

    socket.client.drop();
    await eventually(() => socket.closes.length === 1);
    const missed = [await gateway.say(channel._id, a.user), await gateway.say(channel._id, a.user)];
    const resumed = await socket.take("Resumed");
    const got = [await socket.take("Message"), await socket.take("Message")];
    await socket.settle();

    expect(resumed.recovered).toBe(true);
    expect(got.map(({ _id }) => _id)).toEqual(missed);
    expect(socket.types()).not.toContain("Ready");
  });
});
