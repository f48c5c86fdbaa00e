import { publish } from "@lib/domain/publish.ts";
import type { CatalogueEvent } from "@lib/event/catalogue.ts";
import { channelCreate, channelDelete, channelUpdate } from "@lib/event/channel-events.ts";
import {
  serverMemberUpdate,
  serverRoleDelete,
  serverRoleRanksUpdate,
  serverRoleUpdate,
  serverUpdate,
} from "@lib/event/server-events.ts";
import { userUpdate } from "@lib/event/user-events.ts";
import { viewChannel } from "@lib/model/view/channel.ts";
import { toStored } from "@lib/permission/permissions.ts";
import { serverDefault } from "@lib/permission/default-permissions.ts";
import { HIDDEN, QUIET, VIEW, hiddenBut } from "@tests/harness/gateway-community.ts";
import { type Profile, profiles } from "@tests/harness/profiles.ts";
import { role, testGateway } from "@tests/harness/test-gateway.ts";
import { describe, expect, test } from "bun:test";

/** A server with role R, an owner and a member who may have it, both connected; the member in MessagePack. */
async function scene(profile: Profile, roles: string[] = []) {
  const gateway = await testGateway({ profile });
  const [owner, member] = [await gateway.user(QUIET), await gateway.user(QUIET)];
  const server = await gateway.server(owner.id, { roles: { R: role("R", 0, 0), S: role("S", 1, 0) } });
  await gateway.join(server, owner.id);
  await gateway.join(server, member.id, roles);
  return {
    gateway,
    owner,
    member,
    server,
    /** Connects both and forgets their first events. */
    async connect() {
      const sockets = {
        staff: await gateway.socket(owner.token),
        other: await gateway.socket(member.token, { format: "msgpack" }),
      };
      await gateway.received(owner.id, sockets.staff);
      await gateway.received(member.id, sockets.other);
      return sockets;
    },
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

/** Events as `Type` or `Type id`, a `Bulk` as a list. */
function outline(events: readonly CatalogueEvent[]): unknown[] {
  return events.map((event) => (event.type === "Bulk" ? outline(event.v as readonly CatalogueEvent[]) : nameOf(event)));
}

function nameOf(event: CatalogueEvent): string {
  if (event.type === "ChannelCreate") return `ChannelCreate ${event._id}`;
  return event.type === "ChannelDelete" || event.type === "ChannelUpdate" ? `${event.type} ${event.id}` : event.type;
}

/** The channels that updates of a server list. */
const listsIn = (events: readonly CatalogueEvent[]): unknown[] =>
  events.flatMap((event) => (event.type === "ServerUpdate" ? [event.data.channels] : []));

describe.each(profiles)("visibility on $name", (profile) => {
  test("events-33 events-34: a channel hidden and shown by its default vanishes and comes back whole", async () => {
    await using s = await scene(profile);
    const channel = await s.gateway.channel(s.server, { name: "secret", description: "text" });
    const { staff, other } = await s.connect();
    const update = (data: object, clear: "DefaultPermissions"[] = []) =>
      publish(s.gateway.deps, channelUpdate({ id: channel._id, data, clear }, channel));

    await update(HIDDEN);
    const hidden = [await s.gateway.received(s.owner.id, staff), await s.gateway.received(s.member.id, other)];
    await s.gateway.say(channel._id, s.owner.user);
    const unheard = await s.gateway.received(s.member.id, other);
    await update({}, ["DefaultPermissions"]);
    const shown = await s.gateway.received(s.member.id, other);
    await s.gateway.say(channel._id, s.owner.user);

    expect(hidden.map(outline)).toEqual([[`ChannelUpdate ${channel._id}`], [`ChannelDelete ${channel._id}`]]);
    expect(unheard).toEqual([]);
    expect(shown).toEqual([
      expect.objectContaining({ type: "ChannelCreate", _id: channel._id, name: "secret", description: "text" }),
    ]);
    await other.take("Message");
  });

  test("events-35: defaults that lose view delete every such channel in one Bulk with ServerUpdate last", async () => {
    await using s = await scene(profile);
    const [a, b] = [await s.gateway.channel(s.server), await s.gateway.channel(s.server)];
    await s.gateway.channel(s.server, HIDDEN);
    const { staff, other } = await s.connect();

    await publish(s.gateway.deps, serverUpdate({ id: s.server._id, data: { default_permissions: 0 }, clear: [] }));

    expect(outline(await s.gateway.received(s.owner.id, staff))).toEqual(["ServerUpdate"]);
    expect(outline(await s.gateway.received(s.member.id, other))).toEqual([
      [`ChannelDelete ${a._id}`, `ChannelDelete ${b._id}`, "ServerUpdate"],
    ]);
  });

  test("events-37: deleting the role that gave access deletes the channel first, and members no longer hold it", async () => {
    await using s = await scene(profile, ["R"]);
    const channel = await s.gateway.channel(s.server, hiddenBut("R"));
    const { other } = await s.connect();

    await publish(s.gateway.deps, serverRoleDelete({ id: s.server._id, role_id: "R" }));
    const lost = await s.gateway.received(s.member.id, other);
    const data = { id: "R", name: "R", permissions: { a: VIEW, d: 0 }, hoist: false, rank: 0 };
    await publish(s.gateway.deps, serverRoleUpdate({ id: s.server._id, role_id: "R", data, clear: [] }));

    expect(outline(lost)).toEqual([[`ChannelDelete ${channel._id}`, "ServerRoleDelete"]]);
    expect(outline(await s.gateway.received(s.member.id, other))).toEqual(["ServerRoleUpdate"]);
  });

  test("events-41 Q5: a channel created hidden is told to those only who may view it, and so are its messages", async () => {
    await using s = await scene(profile);
    const { staff, other } = await s.connect();
    const hidden = await s.gateway.channel(s.server, HIDDEN);

    await publish(s.gateway.deps, channelCreate(viewChannel(hidden)));
    await s.gateway.say(hidden._id, s.member.user);

    expect(outline(await s.gateway.received(s.owner.id, staff))).toEqual([`ChannelCreate ${hidden._id}`, "Message"]);
    expect(outline(await s.gateway.received(s.member.id, other))).toEqual([]);
  });

  test("Q7: a role created after connecting counts at once, and so do new ranks", async () => {
    await using s = await scene(profile);
    const channel = await s.gateway.channel(s.server, {
      ...HIDDEN,
      role_permissions: { N: { a: VIEW, d: 0 }, R: { a: 0, d: VIEW } },
    });
    const { other } = await s.connect();
    const { deps } = s.gateway;
    const key = { server: s.server._id, user: s.member.id };
    const data = { id: "N", name: "N", permissions: { a: 0, d: 0 }, hoist: false, rank: 2 };

    await publish(deps, serverRoleUpdate({ id: s.server._id, role_id: "N", data, clear: [] }));
    await publish(deps, serverMemberUpdate({ id: key, data: { roles: ["N", "R"] }, clear: [] }));
    const lower = await s.gateway.received(s.member.id, other);
    await publish(deps, serverRoleRanksUpdate({ id: s.server._id, ranks: ["N", "R", "S"] }));
    const higher = await s.gateway.received(s.member.id, other);
    await publish(deps, serverRoleRanksUpdate({ id: s.server._id, ranks: ["R", "S", "N"] }));
    const lowerAgain = await s.gateway.received(s.member.id, other);

    expect(outline(lower)).toEqual(["ServerRoleUpdate", "ServerMemberUpdate"]);
    expect(outline(higher)).toEqual([[`ChannelCreate ${channel._id}`, "ServerRoleRanksUpdate"]]);
    expect(outline(lowerAgain)).toEqual([[`ChannelDelete ${channel._id}`, "ServerRoleRanksUpdate"]]);
  });

  test("Q8: a hidden channel produces no events, and access gained later creates it as it is then", async () => {
    await using s = await scene(profile);
    const channel = await s.gateway.channel(s.server, hiddenBut("R"));
    const { other } = await s.connect();
    const { deps } = s.gateway;
    const key = { server: s.server._id, user: s.member.id };

    await publish(deps, channelUpdate({ id: channel._id, data: { name: "renamed" }, clear: [] }, channel));
    await publish(deps, channelUpdate({ id: channel._id, data: { last_message_id: "X" }, clear: [] }, channel));
    const before = await s.gateway.received(s.member.id, other);
    await publish(deps, serverMemberUpdate({ id: key, data: { roles: ["R"] }, clear: [] }));
    const bulk = await other.take("Bulk");
    await publish(deps, serverMemberUpdate({ id: key, data: {}, clear: ["Roles"] }));
    const after = await s.gateway.received(s.member.id, other);

    expect(before).toEqual([]);
    expect(bulk.v[0]).toMatchObject({ type: "ChannelCreate", _id: channel._id, name: "renamed", last_message_id: "X" });
    expect(outline(after)).toEqual([[`ChannelDelete ${channel._id}`, "ServerMemberUpdate"]]);
  });

  test("Q9: a new owner views everything at once, the old one what members view", async () => {
    await using s = await scene(profile);
    const channel = await s.gateway.channel(s.server, HIDDEN);
    const { staff, other } = await s.connect();

    await publish(s.gateway.deps, serverUpdate({ id: s.server._id, data: { owner: s.member.id }, clear: [] }));

    expect(outline(await s.gateway.received(s.owner.id, staff))).toEqual([
      [`ChannelDelete ${channel._id}`, "ServerUpdate"],
    ]);
    expect(outline(await s.gateway.received(s.member.id, other))).toEqual([
      [`ChannelCreate ${channel._id}`, "ServerUpdate"],
    ]);
  });

  test("Q13: who becomes privileged views everything at once, whoever has the same roles does not, and back again", async () => {
    await using s = await scene(profile);
    const channel = await s.gateway.channel(s.server, HIDDEN);
    const twin = await s.gateway.user(QUIET);
    await s.gateway.join(s.server, twin.id);
    const { staff, other } = await s.connect();
    await using third = await s.gateway.socket(twin.token);
    await s.gateway.received(twin.id, third);
    const { id } = s.member;
    const privilege = (privileged: boolean) =>
      publish(s.gateway.deps, userUpdate({ id, data: { privileged }, clear: [], event_id: null }, [s.server._id]));

    await privilege(true);
    await s.gateway.say(channel._id, s.owner.user);
    const raised = outline(await s.gateway.received(id, other));
    await publish(s.gateway.deps, serverUpdate({ id: s.server._id, data: { default_permissions: 0 }, clear: [] }));
    await s.gateway.say(channel._id, s.owner.user);
    const kept = outline(await s.gateway.received(id, other));
    await privilege(false);
    await s.gateway.say(channel._id, s.owner.user);
    const lowered = outline(await s.gateway.received(id, other));

    expect(raised).toEqual([[`ChannelCreate ${channel._id}`], "UserUpdate", "Message"]);
    expect(kept).toEqual(["ServerUpdate", "Message"]);
    expect(lowered).toEqual([[`ChannelDelete ${channel._id}`], "UserUpdate"]);
    expect(outline(await s.gateway.received(twin.id, third))).toEqual(["ServerUpdate"]);
    await staff.settle();
  });

  test("events-31 events-32: whoever loses one channel and gets another is told of the loss first", async () => {
    await using s = await scene(profile, ["R"]);
    const [first, second] = [
      await s.gateway.channel(s.server, hiddenBut("S")),
      await s.gateway.channel(s.server, hiddenBut("R")),
    ];
    const { other } = await s.connect();
    const key = { server: s.server._id, user: s.member.id };

    await publish(s.gateway.deps, serverMemberUpdate({ id: key, data: { roles: ["S"] }, clear: [] }));

    expect(outline(await s.gateway.received(s.member.id, other))).toEqual([
      [`ChannelDelete ${second._id}`, `ChannelCreate ${first._id}`, "ServerMemberUpdate"],
    ]);
  });

  test("Q14: timeouts and mutes change nothing of what is viewed", async () => {
    await using s = await scene(profile);
    const channel = await s.gateway.channel(s.server);
    const { other } = await s.connect();
    const key = { server: s.server._id, user: s.member.id };

    const data = { timeout: "2099-01-01T00:00:00.000Z", can_publish: false };
    await publish(s.gateway.deps, serverMemberUpdate({ id: key, data, clear: [] }));
    await s.gateway.say(channel._id, s.owner.user);

    expect(outline(await s.gateway.received(s.member.id, other))).toEqual(["ServerMemberUpdate", "Message"]);
  });

  test("Q20: a deleted channel is told to those who viewed it, and later Readys do not list it", async () => {
    await using s = await scene(profile);
    const [open, hidden] = [await s.gateway.channel(s.server), await s.gateway.channel(s.server, HIDDEN)];
    const slots = { user_joined: open._id, user_left: hidden._id };
    await s.gateway.deps.store.servers.update(s.server._id, { system_messages: slots });
    const { staff, other } = await s.connect();
    const { store } = s.gateway.deps;

    for (const { _id } of [open, hidden]) {
      await store.servers.removeChannel(s.server._id, _id);
      await store.channels.delete(_id);
      await publish(s.gateway.deps, channelDelete({ id: _id }, { server: s.server._id }));
    }
    const told = [await s.gateway.received(s.owner.id, staff), await s.gateway.received(s.member.id, other)];
    await using later = await s.gateway.socket(s.member.token);
    const ready = await later.take("Ready");

    expect(told.map(outline)).toEqual([
      [`ChannelDelete ${open._id}`, `ChannelDelete ${hidden._id}`],
      [`ChannelDelete ${open._id}`],
    ]);
    expect(ready.servers?.[0]).toMatchObject({ channels: [], system_messages: {} });
    expect(Object.keys(ready.servers?.[0]?.system_messages ?? {})).toEqual([]);
    expect(ready.channels).toEqual([]);
  });

  test("P13: of two channels created at once none is missing from a later Ready, in whichever order the lists come", async () => {
    await using s = await scene(profile);
    const { other } = await s.connect();
    const [a, b] = [await s.gateway.channel(s.server), await s.gateway.channel(s.server)];
    const list = (channels: string[]) => serverUpdate({ id: s.server._id, data: { channels }, clear: [] });

    await publish(s.gateway.deps, list([a._id, b._id]), channelCreate(viewChannel(b)));
    await publish(s.gateway.deps, list([a._id]), channelCreate(viewChannel(a)));
    const told = await s.gateway.received(s.member.id, other);
    await using later = await s.gateway.socket(s.member.token);

    expect((await later.take("Ready")).channels?.map(({ _id }) => _id).sort()).toEqual([a._id, b._id].sort());
    expect(listsIn(told)).toEqual([[b._id], [a._id, b._id]]);
  });

  test("P13: a channel deleted while another is created is not listed again by the late list", async () => {
    await using s = await scene(profile);
    const gone = await s.gateway.channel(s.server);
    const { other } = await s.connect();
    const made = await s.gateway.channel(s.server);
    const lists = serverUpdate({ id: s.server._id, data: { channels: [gone._id, made._id] }, clear: [] });

    await publish(s.gateway.deps, channelDelete({ id: gone._id }, { server: s.server._id }));
    await publish(s.gateway.deps, lists, channelCreate(viewChannel(made)));
    const told = await s.gateway.received(s.member.id, other);
    await using later = await s.gateway.socket(s.member.token);

    expect((await later.take("Ready")).servers?.[0]?.channels).toEqual([made._id]);
    expect(listsIn(told)).toEqual([[made._id]]);
  });

  test("P4: who connects between the list that a creation tells and the channel itself finds it listed", async () => {
    await using s = await scene(profile);
    const { other } = await s.connect();
    const made = await s.gateway.channel(s.server);

    await publish(s.gateway.deps, serverUpdate({ id: s.server._id, data: { channels: [made._id] }, clear: [] }));
    await s.gateway.received(s.member.id, other);
    await using between = await s.gateway.socket(s.member.token);

    expect((await between.take("Ready")).servers?.[0]?.channels).toEqual([made._id]);
  });

  test("events-32: members of one role move together and each hears everything once", async () => {
    await using s = await scene(profile, ["R"]);
    const channel = await s.gateway.channel(s.server, hiddenBut("R"));
    const second = await s.gateway.user(QUIET);
    await s.gateway.join(s.server, second.id, ["R"]);
    const { other } = await s.connect();
    await using third = await s.gateway.socket(second.token);
    await s.gateway.received(second.id, third);
    await s.gateway.received(s.member.id, other);
    const { deps } = s.gateway;
    const permissions = (value: number) => ({ permissions: { a: 0, d: value } });

    await publish(deps, serverRoleUpdate({ id: s.server._id, role_id: "R", data: permissions(VIEW), clear: [] }));
    await publish(deps, channelUpdate({ id: channel._id, data: { role_permissions: {} }, clear: [] }, channel));
    await publish(
      deps,
      serverUpdate({ id: s.server._id, data: { default_permissions: toStored(serverDefault) }, clear: [] }),
    );
    await publish(deps, channelUpdate({ id: channel._id, data: {}, clear: ["DefaultPermissions"] }, channel));
    await publish(deps, serverRoleUpdate({ id: s.server._id, role_id: "R", data: permissions(0), clear: [] }));
    await s.gateway.say(channel._id, s.owner.user);

    const expected = [
      "ServerRoleUpdate",
      `ChannelDelete ${channel._id}`,
      "ServerUpdate",
      [`ChannelCreate ${channel._id}`, "ServerRoleUpdate"],
      "Message",
    ];
    expect(outline(await s.gateway.received(s.member.id, other))).toEqual(expected);
    expect(outline(await s.gateway.received(second.id, third))).toEqual(expected);
  });
});
