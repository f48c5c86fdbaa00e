import { joinServer } from "@lib/domain/members/join-server.ts";
import { publish } from "@lib/domain/publish.ts";
import { messageCreate, messageDelete } from "@lib/event/message-events.ts";
import {
  emojiCreate,
  serverCreate,
  serverDelete,
  serverMemberJoin,
  serverMemberLeave,
} from "@lib/event/server-events.ts";
import { createAccount, createSession } from "@lib/event/session-events.ts";
import { userUpdate } from "@lib/event/user-events.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import { viewServer } from "@lib/model/view/server.ts";
import { HIDDEN, QUIET, community, hiddenBut, typesOf } from "@tests/harness/gateway-community.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type TestGateway, type TestPerson, role, testGateway } from "@tests/harness/test-gateway.ts";
import { describe, expect, test } from "bun:test";

/** Publishes what joining publishes. */
async function announceJoin(gateway: TestGateway, server: ServerDocument, user: TestPerson): Promise<void> {
  const joined_at = new Date(0).toISOString() as `${string}Z`;
  const member = { _id: { server: server._id, user: user.id }, joined_at };
  await gateway.join(server, user.id);
  await publish(gateway.deps, serverMemberJoin({ id: server._id, user: user.id, member }));
  const created = { id: server._id, server: viewServer(server, 1), channels: [], emojis: [], voice_states: [] };
  await publish(gateway.deps, serverCreate(created, user.id));
}

describe.each(profiles)("relay on $name", (profile) => {
  test("events-29: a message shows each recipient how they stand to its author, in both formats", async () => {
    await using gateway = await testGateway({ profile });
    const { people, channel } = await community(gateway, 4);
    const [author, friend, stranger, blocker] = people;
    await gateway.relate(author.id, "Friend", friend.id);
    await gateway.relate(blocker.id, "Blocked", author.id, "BlockedOther");
    const seen: unknown[] = [];
    const sockets = [];
    for (const { token } of [author, friend, stranger, blocker])
      for (const format of ["json", "msgpack"] as const) sockets.push(await gateway.socket(token, { format }));

    await gateway.say(channel._id, author.user);
    for (const socket of sockets) seen.push((await socket.take("Message")).user?.relationship);

    expect(seen).toEqual(["User", "User", "Friend", "Friend", "None", "None", "Blocked", "Blocked"]);
    for (const socket of sockets) await socket.client.close();
  });

  test("events-29: a bot is None to everybody but itself, also to who blocked it", async () => {
    await using gateway = await testGateway({ profile });
    const { people, server, channel } = await community(gateway, 2);
    const [owner, blocker] = people;
    const bot = await gateway.bot(owner.id, QUIET);
    await gateway.join(server, bot.id);
    await gateway.relate(blocker.id, "Blocked", bot.id, "BlockedOther");
    await using other = await gateway.socket(blocker.token);
    await using robot = await gateway.socket(bot.token);

    await gateway.say(channel._id, bot.user);
    const seen = [await other.take("Message"), await robot.take("Message")];

    expect(seen.map(({ user }) => user?.relationship)).toEqual(["None", "User"]);
  });

  test("events-30: who cannot view a channel gets none of its messages", async () => {
    await using gateway = await testGateway({ profile });
    const { people, server, channel } = await community(gateway, 2);
    const [owner, member] = people;
    const hidden = await gateway.channel(server, HIDDEN);
    await using socket = await gateway.socket(member.token);

    await gateway.say(hidden._id, owner.user);
    const id = await gateway.say(channel._id, owner.user);
    const events = await gateway.received(member.id, socket);

    expect(events.flatMap((event) => (event.type === "Message" ? [event._id] : []))).toEqual([id]);
  });

  test.each(["Leave", "Kick", "Ban"] as const)(
    "events-38 events-39 Q12: %s reaches the one who goes, a bot too, and nothing of the server after it",
    async (reason) => {
      await using gateway = await testGateway({ profile });
      const { people, server, channel } = await community(gateway, 2);
      const [owner, member] = people;
      const bot = await gateway.bot(owner.id, QUIET);
      await gateway.join(server, bot.id);
      await using staff = await gateway.socket(owner.token);
      await using leaver = await gateway.socket(member.token, { format: "msgpack" });
      await using robot = await gateway.socket(bot.token);
      leaver.client.send({ type: "Subscribe", server_id: server._id });
      for (const [id, socket] of [
        [owner.id, staff],
        [member.id, leaver],
        [bot.id, robot],
      ] as const)
        await gateway.received(id, socket);

      for (const user of [member.id, bot.id])
        await publish(gateway.deps, serverMemberLeave({ id: server._id, user, reason }));
      await gateway.say(channel._id, owner.user);
      const status = userUpdate({ id: owner.id, data: { display_name: "x" }, clear: [], event_id: null }, [server._id]);
      await publish(gateway.deps, status);

      expect(await gateway.received(member.id, leaver)).toEqual([
        { type: "ServerMemberLeave", id: server._id, user: member.id, reason },
      ]);
      expect(typesOf(await gateway.received(bot.id, robot))).toEqual(["ServerMemberLeave", "ServerMemberLeave"]);
      expect(typesOf(await gateway.received(owner.id, staff))).toEqual([
        "ServerMemberLeave",
        "ServerMemberLeave",
        "Message",
        "UserUpdate",
      ]);
    },
  );

  test("Q12: a deleted server is over for everybody", async () => {
    await using gateway = await testGateway({ profile });
    const { people, server, channel } = await community(gateway, 2);
    const [owner, member] = people;
    await using socket = await gateway.socket(member.token);
    socket.client.send({ type: "Subscribe", server_id: server._id });
    await gateway.received(member.id, socket);

    await publish(gateway.deps, serverDelete({ id: server._id }, []));
    await gateway.say(channel._id, owner.user);
    await publish(
      gateway.deps,
      userUpdate({ id: owner.id, data: { display_name: "x" }, clear: [], event_id: null }, [server._id]),
    );

    expect(typesOf(await gateway.received(member.id, socket))).toEqual(["ServerDelete"]);
  });

  test("events-40: joining brings ServerCreate and the messages of visible channels; others hear of the member", async () => {
    await using gateway = await testGateway({ profile });
    const { people, server, channel } = await community(gateway, 1);
    const [owner] = people;
    const hidden = await gateway.channel(server, HIDDEN);
    const joiner = await gateway.user(QUIET);
    await using staff = await gateway.socket(owner.token);
    await using socket = await gateway.socket(joiner.token);
    await gateway.received(owner.id, staff);
    await gateway.received(joiner.id, socket);

    await announceJoin(gateway, server, joiner);
    await gateway.say(hidden._id, owner.user);
    const id = await gateway.say(channel._id, owner.user);
    const told = await gateway.received(joiner.id, socket);

    expect(typesOf(told)).toEqual(["ServerCreate", "Message"]);
    expect(told[1]).toMatchObject({ _id: id });
    expect(await staff.take("ServerMemberJoin")).toMatchObject({
      user: joiner.id,
      member: { _id: { user: joiner.id } },
    });
  });

  test("events-40: a server that nobody here was in is read on joining, and left and joined again it works the same", async () => {
    await using gateway = await testGateway({ profile });
    const { people, server, channel } = await community(gateway, 1);
    const [owner] = people;
    const joiner = await gateway.user(QUIET);
    await using socket = await gateway.socket(joiner.token);
    await gateway.received(joiner.id, socket);

    for (let round = 0; round < 2; round++) {
      await announceJoin(gateway, server, joiner);
      await gateway.say(channel._id, owner.user);
      await publish(gateway.deps, serverMemberLeave({ id: server._id, user: joiner.id, reason: "Leave" }));
      await gateway.say(channel._id, owner.user);
      await gateway.deps.store.members.remove({ server: server._id, user: joiner.id }, gateway.clock.now());
    }

    const round = ["ServerCreate", "Message", "ServerMemberLeave"];
    expect(typesOf(await gateway.received(joiner.id, socket))).toEqual([...round, ...round]);
  });

  test("Q28: what a membership kept over a leave is told to its user, and to nobody else a second time", async () => {
    await using gateway = await testGateway({ profile });
    const { people, server } = await community(gateway, 2);
    const [owner, member] = people;
    const { members } = gateway.deps.store;
    const key = { server: server._id, user: member.id };
    await members.update(key, { timeout: gateway.clock.now() + 3_600_000 });
    await members.remove(key, gateway.clock.now());
    await using staff = await gateway.socket(owner.token);
    await using socket = await gateway.socket(member.token);

    await joinServer(gateway.deps, member.user, server);

    const told = await gateway.received(member.id, socket);
    const others = await gateway.received(owner.id, staff);
    expect(typesOf(told).slice(-2)).toEqual(["ServerCreate", "ServerMemberUpdate"]);
    expect(typesOf(others).slice(-1)).toEqual(["ServerMemberJoin"]);
  });

  test("P1: ServerCreate for somebody whose Ready had the server already takes nothing away", async () => {
    await using gateway = await testGateway({ profile });
    const { people, server, channel } = await community(gateway, 1);
    const [owner] = people;
    const hidden = await gateway.channel(server, hiddenBut("R"));
    await gateway.deps.store.servers.insertRole(server._id, role("R", 0, 0));
    const member = await gateway.user(QUIET);
    await gateway.join(server, member.id, ["R"]);
    await using socket = await gateway.socket(member.token);
    await gateway.received(member.id, socket);

    const created = { id: server._id, server: viewServer(server, 1), channels: [], emojis: [], voice_states: [] };
    await publish(gateway.deps, serverCreate(created, member.id));
    await gateway.say(channel._id, owner.user);
    await gateway.say(hidden._id, owner.user);

    expect(typesOf(await gateway.received(member.id, socket))).toEqual(["ServerCreate", "Message", "Message"]);
  });

  test("events-47: a bot that joins while it is connected hears of the members from then on", async () => {
    await using gateway = await testGateway({ profile });
    const { people, server } = await community(gateway, 1);
    const [owner] = people;
    const bot = await gateway.bot(owner.id, QUIET);
    await using robot = await gateway.socket(bot.token);
    await gateway.received(bot.id, robot);
    const rename = () =>
      publish(
        gateway.deps,
        userUpdate({ id: owner.id, data: { display_name: "x" }, clear: [], event_id: null }, [server._id]),
      );

    await rename();
    await announceJoin(gateway, server, bot);
    await rename();

    expect(typesOf(await gateway.received(bot.id, robot))).toEqual(["ServerCreate", "UserUpdate"]);
  });

  test("a server that is gone before its ServerCreate is handled is not created", async () => {
    await using gateway = await testGateway({ profile });
    const joiner = await gateway.user(QUIET);
    const server = await gateway.server(joiner.id);
    await using socket = await gateway.socket(joiner.token);
    await gateway.received(joiner.id, socket);

    await gateway.deps.store.servers.delete(server._id);
    const created = { id: server._id, server: viewServer(server, 1), channels: [], emojis: [], voice_states: [] };
    await publish(gateway.deps, serverCreate(created, joiner.id), serverDelete({ id: server._id }, []));

    expect(await gateway.received(joiner.id, socket)).toEqual([]);
  });

  test("events-73: an emoji reaches every member of its server", async () => {
    await using gateway = await testGateway({ profile });
    const { people, server } = await community(gateway, 2);
    const [owner, member] = people;
    await using socket = await gateway.socket(member.token);
    await gateway.received(member.id, socket);
    const parent = { type: "Server", id: server._id } as const;

    await publish(gateway.deps, emojiCreate({ _id: "E", parent, creator_id: owner.id, name: "e" }));
    await publish(
      gateway.deps,
      emojiCreate({ _id: "D", parent: { type: "Detached" }, creator_id: owner.id, name: "d" }),
    );

    expect(await gateway.received(member.id, socket)).toEqual([
      { type: "EmojiCreate", _id: "E", parent, creator_id: owner.id, name: "e" },
    ]);
  });

  test("events-75: what is published on the internal topic reaches nobody", async () => {
    await using gateway = await testGateway({ profile });
    const me = await gateway.user({ ...QUIET, privileged: true });
    await using socket = await gateway.socket(me.token);
    await gateway.received(me.id, socket);

    await publish(gateway.deps, createAccount({ account: { _id: me.id, email: "a@b.test" } }));
    await publish(gateway.deps, createSession({ session: { _id: me.sessionId, user_id: me.id, name: "x" } }));

    expect(await gateway.received(me.id, socket)).toEqual([]);
  });

  test("a message that is told late is not taken for the newest of its channel", async () => {
    await using gateway = await testGateway({ profile });
    const { people, channel } = await community(gateway, 1);
    const [owner] = people;
    await using socket = await gateway.socket(owner.token);
    const [older, newer] = [gateway.deps.ids.ulid(), gateway.deps.ids.ulid()];
    const content = { channel: channel._id, author: owner.id, content: "x" };

    await publish(gateway.deps, messageCreate({ _id: newer, ...content }), messageCreate({ _id: older, ...content }));
    for (let at = 0; at < 2; at++) await socket.take("Message");
    await using later = await gateway.socket(owner.token);

    expect((await later.take("Ready")).channels).toEqual([expect.objectContaining({ last_message_id: newer })]);
  });

  test("the last message of a channel is forgotten with the message", async () => {
    await using gateway = await testGateway({ profile });
    const { people, channel } = await community(gateway, 1);
    const [owner] = people;
    await using socket = await gateway.socket(owner.token);
    const id = await gateway.say(channel._id, owner.user);
    await publish(gateway.deps, messageDelete({ id, channel: channel._id }));
    await socket.take("MessageDelete");

    await using later = await gateway.socket(owner.token);

    expect((await later.take("Ready")).channels?.[0]).not.toHaveProperty("last_message_id");
  });
});
