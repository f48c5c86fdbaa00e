import { DataEditUser } from "@lib/contract/users.ts";
import { addToGroup } from "@lib/domain/groups/add-to-group.ts";
import { deleteServer } from "@lib/domain/servers/delete-server.ts";
import { publish } from "@lib/domain/publish.ts";
import { changeBlock } from "@lib/domain/relationships/change-block.ts";
import { editUser } from "@lib/domain/users/edit-user.ts";
import { channelCreate, channelUpdate } from "@lib/event/channel-events.ts";
import { messageDelete } from "@lib/event/message-events.ts";
import { emojiCreate, serverDelete, serverMemberUpdate, serverUpdate } from "@lib/event/server-events.ts";
import { userUpdate } from "@lib/event/user-events.ts";
import type { Event } from "@lib/event/event.ts";
import { viewChannel } from "@lib/model/view/channel.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { HIDDEN, QUIET, typesOf } from "@tests/harness/gateway-community.ts";
import { actorOf, lostConnection } from "@tests/harness/lost-connection.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { OPCODE, openRawSocket } from "@tests/harness/raw-socket.ts";
import { describe, expect, spyOn, test } from "bun:test";

describe.each(profiles)("resume on $name", (profile) => {
  test("P3: rare and frequent events of what one sees are replayed in order, none of what one does not", async () => {
    await using s = await lostConnection(profile);
    const { deps } = s.gateway;
    const key = { server: s.server._id, user: s.owner.id };
    const parent = { type: "Server", id: s.server._id } as const;

    const { resumed, told } = await s.lose(async () => {
      await publish(deps, channelUpdate({ id: s.hidden._id, data: { name: "n" }, clear: [] }, s.hidden));
      await publish(deps, channelUpdate({ id: s.closed._id, data: { name: "n" }, clear: [] }, s.closed));
      await s.gateway.say(s.closed._id, s.owner.user);
      await s.gateway.say(s.hidden._id, s.owner.user);
      await publish(deps, serverMemberUpdate({ id: key, data: { nickname: "o" }, clear: [] }));
      await publish(deps, emojiCreate({ _id: "E", parent, creator_id: s.owner.id, name: "e" }));
      await publish(deps, serverUpdate({ id: s.server._id, data: { name: "n" }, clear: [] }));
    });

    expect(resumed.recovered).toBe(true);
    expect(typesOf(told)).toEqual([
      "Authenticated",
      "ChannelUpdate",
      "Message",
      "ServerMemberUpdate",
      "EmojiCreate",
      "ServerUpdate",
    ]);
    expect(told[1]).toMatchObject({ id: s.hidden._id });
  });

  test("P3, P4: who missed messages in another order than that of their ids is told which is the last", async () => {
    await using s = await lostConnection(profile);
    const [a, b] = [s.gateway.deps.ids.ulid(), s.gateway.deps.ids.ulid()];

    const { told } = await s.lose(async () => {
      for (const id of [b, a]) await s.gateway.say(s.open._id, s.owner.user, "hello", id);
    });

    expect(typesOf(told)).toEqual(["Authenticated", "Message", "Message", "ChannelUpdate"]);
    expect(told.at(-1)).toMatchObject({ id: s.open._id, data: { last_message_id: b } });
  });

  test("P3: not recovered once the window is over, by age and by bytes", async () => {
    for (const limits of [{ resume_window_seconds: 5 }, { resume_window_bytes: 300 }]) {
      await using s = await lostConnection(profile, limits);

      const { resumed, told } = await s.lose(async () => {
        for (let at = 0; at < 3; at++) await s.gateway.say(s.open._id, s.owner.user, "x".repeat(200));
        await s.gateway.received(s.owner.id, s.witness); // so that the gateway has them from before the clock moves
        s.gateway.clock.advance("resume_window_seconds" in limits ? 6_000 : 0);
        await s.gateway.say(s.open._id, s.owner.user);
      });

      expect(resumed.recovered).toBe(false);
      expect(typesOf(told).filter((type) => type === "Ready" || type === "Message")).toEqual(["Ready"]);
    }
  });

  test("P3, P7: who missed more than may wait for a socket starts afresh, however much is remembered", async () => {
    await using s = await lostConnection(profile, { backpressure_bytes: 65_536 });
    const bytesMissed = 70_000;

    const { resumed, told } = await s.lose(async () => {
      for (let bytes = 0; bytes < bytesMissed; bytes += 2_000) {
        await s.gateway.say(s.open._id, s.owner.user, "x".repeat(2_000));
        await s.witness.take("Message");
      }
    });

    expect(resumed.recovered).toBe(false);
    expect(typesOf(told).filter((type) => type === "Ready" || type === "Message")).toEqual(["Ready"]);
  });

  test("P3: a quiet connection learns its position from Pong, however much others talk", async () => {
    await using s = await lostConnection(profile, { resume_window_seconds: 60 });
    const quiet = await s.gateway.user(QUIET);
    await using socket = await s.gateway.socket(quiet.token, { resume: true, reconnect: true });
    const before = socket.client.resumePoint?.position;

    await s.gateway.say(s.open._id, s.owner.user);
    await s.gateway.received(s.owner.id, s.witness);
    await socket.settle();

    expect(socket.client.resumePoint?.position).not.toBe(before ?? "");
  });

  test("P3: what is told instead of an event stands where that event stands", async () => {
    await using s = await lostConnection(profile);
    const positions: string[] = [];
    const reading = await s.gateway.deps.bus.read({
      onEntries: (entries) => void positions.push(...entries.map(({ position }) => position)),
      onGap: () => {},
    });
    const key = { server: s.server._id, user: s.member.id };

    await publish(s.gateway.deps, serverMemberUpdate({ id: key, data: { roles: [] }, clear: [] }));
    const bulk = await s.socket.take("Bulk");
    await publish(s.gateway.deps, channelUpdate({ id: s.open._id, data: HIDDEN, clear: [] }, s.open));
    const vanished = await s.socket.take("ChannelDelete");
    await s.gateway.say(s.group._id, s.member.user);
    const own = await s.socket.take("Message");

    expect([bulk, vanished, own].map((event) => Reflect.get(event, "position"))).toEqual(positions);
    await reading.stop();
  });

  test("P3: who does not ask for it gets today's protocol, byte for byte", async () => {
    await using s = await lostConnection(profile);
    await using socket = await openRawSocket(
      s.gateway.url,
      `?token=${s.member.token}&ready=members&session=x&position=1-1`,
    );

    const frames = [await socket.take(OPCODE.text), await socket.take(OPCODE.text)].map(String);
    socket.send(OPCODE.text, '{"type":"Ping","data":1}');
    frames.push(String(await socket.take(OPCODE.text)));

    expect(frames[0]).toBe('{"type":"Authenticated"}');
    expect(frames[1]).toStartWith('{"type":"Ready","members":[{');
    expect(frames[1]).toEndWith("}]}");
    expect(frames[2]).toBe('{"type":"Pong","data":1}');
  });

  test("P3: a subscription to member updates goes on, with those that were missed", async () => {
    await using s = await lostConnection(profile);
    const update = (name: string) =>
      publish(
        s.gateway.deps,
        userUpdate({ id: s.owner.id, data: { display_name: name }, clear: [], event_id: null }, [s.server._id]),
      );
    s.socket.client.send({ type: "Subscribe", server_id: s.server._id });
    await s.gateway.received(s.member.id, s.socket);

    const { resumed, back, told } = await s.lose(() => update("missed"));
    await update("later");

    expect(resumed.recovered).toBe(true);
    expect(typesOf(told)).toEqual(["Authenticated", "UserUpdate"]);
    expect(typesOf(await s.gateway.received(s.member.id, back))).toEqual(["UserUpdate"]);
  });

  test("P3: a connection that is lost again and again is continued again and again, and nothing is read for it", async () => {
    await using s = await lostConnection(profile);
    await s.socket.client.close();
    await using socket = await s.gateway.socket(s.member.token, { resume: true, reconnect: true });
    socket.client.send({ type: "Subscribe", server_id: s.server._id });
    await s.gateway.received(s.member.id, socket);
    const { deps } = s.gateway;
    const readings = [spyOn(deps.store.users, "get"), spyOn(deps.store.members, "listByUser")];
    const rename = (display_name: string) =>
      publish(deps, userUpdate({ id: s.owner.id, data: { display_name }, clear: [], event_id: null }, [s.server._id]));

    for (const name of ["first", "second", "third"]) {
      const closes = socket.closes.length;
      socket.client.drop();
      await eventually(() => socket.closes.length > closes);
      await rename(name);
      expect((await socket.take("Resumed")).recovered).toBe(true);
      expect((await socket.take("UserUpdate")).data).toEqual({ display_name: name });
    }

    expect(readings.flatMap(({ mock }) => mock.calls.filter(([id]) => id === s.member.id))).toEqual([]);
  });

  test("P3: nothing is replayed of somebody from before they shared a group, or unblocked one", async () => {
    for (const meeting of ["group", "unblock"] as const) {
      await using s = await lostConnection(profile);
      const { deps } = s.gateway;
      const other = await s.gateway.user();
      const actor = actorOf(other);
      const group = await s.gateway.group(s.owner.id, [s.member.id]);
      await publish(deps, channelCreate(viewChannel(group)));
      if (meeting === "unblock") {
        await s.gateway.direct(s.member.id, other.id);
        await changeBlock(deps, actor, { target: s.member.id, action: "block" });
      }
      await s.gateway.received(s.member.id, s.socket);

      const { told } = await s.lose(async () => {
        await editUser(deps, actor, { target: "@me", data: DataEditUser.parse({ status: { text: "not for all" } }) });
        await editUser(deps, actor, { target: "@me", data: DataEditUser.parse({ status: { text: "hello" } }) });
        if (meeting === "group") await addToGroup(deps, group, other.id, s.owner.id);
        else await changeBlock(deps, actor, { target: s.member.id, action: "unblock" });
      });

      expect(JSON.stringify(told)).not.toContain("not for all");
    }
  });

  test("P3 P4: a message sent and deleted meanwhile is not named as the newest of its channel", async () => {
    const remains = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    await using s = await lostConnection(profile);
    const named = channelUpdate({ id: s.open._id, data: { last_message_id: remains }, clear: [] }, s.open);

    const { resumed, told } = await s.lose(async () => {
      const id = await s.gateway.say(s.open._id, s.owner.user);
      await publish(s.gateway.deps, named, messageDelete({ id, channel: s.open._id }));
    });
    await using later = await s.gateway.socket(s.member.token);
    const ready = await later.take("Ready");

    expect(resumed.recovered).toBe(true);
    expect(typesOf(told)).toEqual(["Authenticated", "Message", "ChannelUpdate", "MessageDelete"]);
    expect(ready.channels?.find(({ _id }) => _id === s.open._id)).toMatchObject({ last_message_id: remains });
  });

  test("P3: a server of others that is deleted meanwhile keeps nobody from going on", async () => {
    await using s = await lostConnection(profile);
    const others = await s.gateway.server(s.other.id);
    await s.gateway.join(others, s.other.id);

    const { resumed, told } = await s.lose(async () => {
      await deleteServer(s.gateway.deps, actorOf(s.other), { target: others._id, leaveSilently: true });
      await s.gateway.say(s.open._id, s.owner.user);
    });

    expect(resumed.recovered).toBe(true);
    expect(typesOf(told)).toEqual(["Authenticated", "Message"]);
  });

  test("P3: who may have been in a server of many that is deleted meanwhile, or by an older process, starts afresh", async () => {
    for (const deletion of [
      serverDelete({ id: "S" }, null),
      { event: serverDelete({ id: "S" }, null).event, topics: ["S"] },
    ]) {
      await using s = await lostConnection(profile);

      const { resumed } = await s.lose(() => publish(s.gateway.deps, deletion));

      expect(resumed.recovered).toBe(false);
    }
  });

  test("P3: what happened while no connection could be resumed is told afterwards, too", async () => {
    await using s = await lostConnection(profile);

    let id = "";
    const { resumed, told } = await s.lose(async () => (id = await s.gateway.say(s.open._id, s.owner.user)), "close");

    const ready = told.find((event) => event.type === "Ready");
    const newest = ready?.type === "Ready" ? ready.channels?.map((channel) => Object(channel).last_message_id) : [];
    const said = told.flatMap((event) => (event.type === "Message" ? [event._id] : []));
    expect(resumed.recovered ? said : newest).toContain(id);
  });

  test("P3: not recovered from a position that no process can have given out yet", async () => {
    await using s = await lostConnection(profile);
    await using lost = await s.gateway.socket(s.member.token, { resume: true });
    const resumeFrom = { session: lost.client.resumePoint?.session ?? "", position: "9999999999999-0" };
    lost.client.drop();

    await using back = await s.gateway.socket(s.member.token, { resume: true, resumeFrom });

    expect((await back.take("Resumed")).recovered).toBe(false);
    expect((await back.take("Ready")).servers?.map(({ _id }) => _id)).toEqual([s.server._id]);
  });

  test("P3: with a window of nothing no connection is kept", async () => {
    await using s = await lostConnection(profile, { resume_window_seconds: 0 });

    const { resumed } = await s.lose(() => s.gateway.say(s.open._id, s.owner.user));

    expect(resumed.recovered).toBe(false);
  });

  test("P3: what is kept for a lost connection is let go of with the window", async () => {
    await using s = await lostConnection(profile);
    const { gateway, member } = s;
    await s.witness.client.close();
    s.socket.client.drop();
    await eventually(() => gateway.stats.connections === 0);
    const { servers } = gateway.deps.store;
    const reading = spyOn(servers, "listByIds");
    const readFor = async (token: string) => {
      reading.mockClear();
      await (await gateway.socket(token)).client.close();
      await eventually(() => gateway.stats.connections === 0);
      return reading.mock.calls.flatMap(([ids]) => ids);
    };

    const within = await readFor(member.token);
    const resumeFrom = s.socket.client.resumePoint;
    const back = await gateway.socket(member.token, { resume: true, resumeFrom, untilReady: false });
    await back.take("Resumed");
    await back.client.close();
    const afterFarewell = await readFor(member.token);
    const again = await gateway.socket(member.token, { resume: true });
    again.client.drop();
    await eventually(() => gateway.stats.connections === 0);
    const withinAgain = await readFor(member.token);
    // When the gateway closes who never sent a token, it also looks for lost connections that are over.
    await using silent = await openRawSocket(gateway.url);
    gateway.clock.advance(gateway.deps.settings.ermine.gateway.resume_window_seconds * 1_000 + 60_000);
    await silent.closed();
    await eventually(() => gateway.stats.connections === 0);

    expect([within, afterFarewell, withinAgain]).toEqual([[], [s.server._id], []]);
    expect(await readFor(member.token)).toEqual([s.server._id]);
  });

  test("P6 P27: an event that cannot be encoded keeps nobody who missed it from being resumed", async () => {
    await using s = await lostConnection(profile);
    await using lost = await s.gateway.socket(s.member.token, { resume: true, format: "msgpack" });
    const resumeFrom = lost.client.resumePoint;
    const bad = { type: "Message", _id: "M", channel: s.open._id, author: s.owner.id, huge: 10n ** 30n };

    lost.client.drop();
    await s.gateway.deps.bus.publish([s.open._id], bad);
    const id = await s.gateway.say(s.open._id, s.owner.user);
    await s.witness.take("Message");
    await using back = await s.gateway.socket(s.member.token, {
      ...{ resume: true, format: "msgpack", reconnect: true, untilReady: false },
      resumeFrom,
    });

    expect((await back.take("Resumed")).recovered).toBe(true);
    expect((await back.take("Message"))._id).toBe(id);
    expect(back.closes).toEqual([]);
  });

  test("P6 P27: an event that cannot be handled is skipped, the next one is delivered", async () => {
    await using s = await lostConnection(profile);
    const bad: Event[] = [
      { type: "Message", user: {} },
      { type: "UserUpdate", id: s.owner.id },
      { type: "ServerCreate", id: s.server._id },
      { type: "ServerUpdate", id: s.server._id },
      { type: "Unheard" },
    ];

    for (const event of bad) await s.gateway.deps.bus.publish([s.open._id, `${s.owner.id}!`], event);
    const id = await s.gateway.say(s.open._id, s.owner.user);

    const got = (await s.gateway.received(s.owner.id, s.witness)).flatMap((event) =>
      event.type === "Message" && event._id ? [event._id] : [],
    );
    expect(got).toEqual([id]);
    expect(s.witness.closes).toEqual([]);
  });
});
