import { DataEditUser } from "@lib/contract/users.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { publish } from "@lib/domain/publish.ts";
import { changeBlock } from "@lib/domain/relationships/change-block.ts";
import { changeFriendship } from "@lib/domain/relationships/change-friendship.ts";
import { editUser } from "@lib/domain/users/edit-user.ts";
import type { CatalogueEvent } from "@lib/event/catalogue.ts";
import {
  channelCreate,
  channelDelete,
  channelGroupJoin,
  channelGroupLeave,
  channelUpdate,
} from "@lib/event/channel-events.ts";
import { userRelationship, userUpdate } from "@lib/event/user-events.ts";
import type { RelationshipStatus } from "@lib/model/user.ts";
import { viewChannel } from "@lib/model/view/channel.ts";
import { viewKnownUser } from "@lib/model/view/user.ts";
import { HIDDEN, QUIET, community, typesOf } from "@tests/harness/gateway-community.ts";
import { actorOf } from "@tests/harness/lost-connection.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type TestGateway, type TestPerson, testGateway } from "@tests/harness/test-gateway.ts";
import { describe, expect, test } from "bun:test";

/** Changes how `a` stands to `b` and announces it to `a`. */
async function befriend(gateway: TestGateway, a: TestPerson, b: TestPerson, status: RelationshipStatus): Promise<void> {
  const relations = status === "None" ? [] : [{ _id: b.id, status: status === "User" ? ("None" as const) : status }];
  await gateway.relate(a.id, status, b.id);
  const user = viewKnownUser(b.user, { viewer: { _id: a.id, relations }, online: false });
  await publish(gateway.deps, userRelationship({ id: a.id, user: { ...user, relationship: status } }));
}

/** Something that somebody does meanwhile. */
type Change = (gateway: TestGateway, user: TestPerson) => Promise<unknown>;

const rename: Change = ({ deps }, user) =>
  editUser(deps, actorOf(user), { target: "@me", data: DataEditUser.parse({ display_name: "new" }) });

/** What events tell of somebody, all in all. */
function knownOf(id: string, events: readonly CatalogueEvent[]): object {
  const known = {};
  for (const event of events) {
    if (event.type === "UserRelationship" && event.user._id === id) Object.assign(known, event.user);
    if (event.type === "UserUpdate" && event.id === id) Object.assign(known, event.data);
  }
  return known;
}

describe.each(profiles)("people and conversations on $name", (profile) => {
  test("events-42 events-43 Q10: joining and leaving a group tells its members, and only them", async () => {
    await using gateway = await testGateway({ profile });
    const [owner, member, added] = [await gateway.user(QUIET), await gateway.user(QUIET), await gateway.user(QUIET)];
    const group = await gateway.group(owner.id, [member.id]);
    await using a = await gateway.socket(owner.token);
    await using b = await gateway.socket(added.token);
    await gateway.received(owner.id, a);
    await gateway.received(added.id, b);
    const grown = { ...group, recipients: [...group.recipients, added.id] };
    const rename = async () => {
      for (const { id } of [member, added])
        await publish(gateway.deps, userUpdate({ id, data: { display_name: "n" }, clear: [], event_id: null }, []));
    };

    await rename();
    await publish(gateway.deps, channelGroupJoin({ id: group._id, user: added.id }));
    await gateway.say(group._id, owner.user);
    await publish(gateway.deps, channelCreate(viewChannel(grown), [added.id]));
    await gateway.say(group._id, owner.user);
    await rename();
    const joined = [await gateway.received(owner.id, a), await gateway.received(added.id, b)];
    await publish(gateway.deps, channelGroupLeave({ id: group._id, user: added.id }));
    await gateway.say(group._id, owner.user);
    await rename();
    const left = [await gateway.received(owner.id, a), await gateway.received(added.id, b)];
    const outlined = (events: readonly CatalogueEvent[]) =>
      events.map((event) => (event.type === "UserUpdate" ? nameOf(event.id) : event.type));
    const nameOf = (id: string) => (id === member.id ? "the member" : "the one who comes and goes");

    expect(joined.map(outlined)).toEqual([
      ["the member", "ChannelGroupJoin", "Message", "Message", "the member", "the one who comes and goes"],
      ["the one who comes and goes", "ChannelCreate", "Message", "the member", "the one who comes and goes"],
    ]);
    expect(left.map(outlined)).toEqual([
      ["ChannelGroupLeave", "Message", "the member"],
      ["ChannelGroupLeave", "the one who comes and goes"],
    ]);
  });

  test("events-44 events-45 Q11: a new direct message brings its partner's updates, and closing it is told to both", async () => {
    await using gateway = await testGateway({ profile });
    const [a, b] = [await gateway.user(QUIET), await gateway.user(QUIET)];
    await using socket = await gateway.socket(a.token);
    await using partner = await gateway.socket(b.token);
    await gateway.received(a.id, socket);
    await gateway.received(b.id, partner);
    const rename = userUpdate({ id: b.id, data: { display_name: "b" }, clear: [], event_id: null }, []);

    await publish(gateway.deps, rename);
    const direct = await gateway.direct(a.id, b.id);
    await publish(gateway.deps, channelCreate(viewChannel(direct)), rename);
    await publish(gateway.deps, channelUpdate({ id: direct._id, data: { active: false }, clear: [] }, direct));
    const told = await gateway.received(a.id, socket);

    expect(typesOf(told)).toEqual(["ChannelCreate", "UserUpdate", "ChannelUpdate"]);
    expect(told[2]).toEqual({ type: "ChannelUpdate", id: direct._id, data: { active: false }, clear: [] });
    expect(typesOf(await gateway.received(b.id, partner))).toEqual([
      "UserUpdate",
      "ChannelCreate",
      "UserUpdate",
      "ChannelUpdate",
    ]);
  });

  test("a group deleted with its last member is over", async () => {
    await using gateway = await testGateway({ profile });
    const owner = await gateway.user(QUIET);
    const group = await gateway.group(owner.id, []);
    await using socket = await gateway.socket(owner.token);
    await gateway.received(owner.id, socket);

    await publish(gateway.deps, channelDelete({ id: group._id }, { participants: group.recipients }));
    await gateway.say(group._id, owner.user);

    expect(typesOf(await gateway.received(owner.id, socket))).toEqual(["ChannelDelete"]);
  });

  test("events-46: an update of a friend who shares two watched servers arrives once, event_id null", async () => {
    await using gateway = await testGateway({ profile });
    const { people, server } = await community(gateway, 2);
    const [a, b] = people;
    const second = await gateway.server(a.id);
    for (const { id } of [a, b]) await gateway.join(second, id);
    await gateway.relate(a.id, "Friend", b.id);
    await using socket = await gateway.socket(a.token);
    for (const { _id } of [server, second]) socket.client.send({ type: "Subscribe", server_id: _id });
    await gateway.received(a.id, socket);

    const update = { id: b.id, data: { display_name: "b" }, clear: [], event_id: null };
    await publish(gateway.deps, userUpdate(update, [server._id, second._id]));

    expect(await gateway.received(a.id, socket)).toEqual([{ type: "UserUpdate", ...update }]);
  });

  test("events-46 events-48: coming online is told once to everybody of any shared server, and to friends", async () => {
    await using gateway = await testGateway({ profile });
    const { people, server } = await community(gateway, 4);
    const [user, friend, member, small] = people;
    const second = await gateway.server(user.id);
    for (const { id } of [user, friend]) await gateway.join(second, id);
    const third = await gateway.server(user.id);
    const stranger = await gateway.user(QUIET);
    for (const { id } of [user, stranger]) await gateway.join(third, id);
    await gateway.relate(user.id, "Friend", friend.id);
    await using sockets = new AsyncDisposableStack();
    const all = [];
    for (const person of [friend, member, small, stranger, user])
      all.push({ id: person.id, socket: sockets.use(await gateway.socket(person.token)) });
    for (const { id, socket } of all) await gateway.received(id, socket);

    const update = { id: user.id, data: { online: true }, clear: [], event_id: null };
    await publish(gateway.deps, userUpdate(update, [third._id, server._id, second._id]));

    for (const { id, socket } of all)
      expect(await gateway.received(id, socket)).toEqual([{ type: "UserUpdate", ...update }]);
  });

  test("events-72 Q6: after a friend request only the requester's messages change, and friends' updates follow relations", async () => {
    await using gateway = await testGateway({ profile });
    const { people, server, channel } = await community(gateway, 4);
    const [owner, me, requester, stranger] = people;
    const hidden = await gateway.channel(server, HIDDEN);
    await using socket = await gateway.socket(me.token);
    await gateway.received(me.id, socket);
    const rename = () =>
      publish(
        gateway.deps,
        userUpdate({ id: requester.id, data: { display_name: "r" }, clear: [], event_id: null }, []),
      );

    await rename();
    await befriend(gateway, me, requester, "Incoming");
    for (const author of [requester, stranger, me]) await gateway.say(channel._id, author.user);
    await gateway.say(hidden._id, owner.user);
    await rename();
    const asked = await gateway.received(me.id, socket);
    await befriend(gateway, me, requester, "None");
    await gateway.say(channel._id, requester.user);
    await rename();
    const refused = await gateway.received(me.id, socket);
    const relationships = (events: typeof asked) =>
      events.flatMap((event) => (event.type === "Message" ? [event.user?.relationship] : []));

    expect(typesOf(asked)).toEqual(["UserRelationship", "Message", "Message", "Message", "UserUpdate"]);
    expect(relationships(asked)).toEqual(["Incoming", "None", "User"]);
    expect(typesOf(refused)).toEqual(["UserRelationship", "Message"]);
    expect(relationships(refused)).toEqual(["None"]);
  });

  test("Q29 P8: no event shows status or presence of somebody who blocked us", async () => {
    await using gateway = await testGateway({ profile });
    const { people, server, channel } = await community(gateway, 2);
    const [blocker, me] = people;
    await gateway.relate(blocker.id, "Blocked", me.id, "BlockedOther");
    await using socket = await gateway.socket(me.token);
    socket.client.send({ type: "Subscribe", server_id: server._id });
    await gateway.received(me.id, socket);
    const status = { text: "secret", presence: "Busy" } as const;
    const update = (data: object, clear: ("StatusText" | "Avatar")[] = []) =>
      publish(gateway.deps, userUpdate({ id: blocker.id, data, clear, event_id: null }, [server._id]));

    await update({ online: true });
    await update({ status });
    await update({}, ["StatusText"]);
    await update({ status, display_name: "name" }, ["StatusText", "Avatar"]);
    await update({ online: false, display_name: "later" });
    await gateway.say(channel._id, { ...blocker.user, status });
    const told = await gateway.received(me.id, socket);

    expect(typesOf(told)).toEqual(["UserUpdate", "UserUpdate", "Message"]);
    expect(told[0]).toMatchObject({ data: { display_name: "name" }, clear: ["Avatar"] });
    expect(told[1]).toMatchObject({ data: { display_name: "later" } });
    expect(told[2]).toMatchObject({ user: { online: false, relationship: "BlockedOther" } });
    expect(JSON.stringify(told)).not.toContain("secret");
  });

  test.each<[what: string, change: Change, known: object]>([
    ["changes their name", rename, { display_name: "new" }],
    ["comes online", (gateway, { token }) => gateway.socket(token), { online: true }],
  ])("P4: who %s while they ask somebody to be friends is known to them so", async (_, change, known) => {
    await using gateway = await testGateway({ profile });
    const [user, other] = [await gateway.user(), await gateway.user(QUIET)];
    await using socket = await gateway.socket(other.token);
    let isDone = false;
    const listOnline: Deps["keys"]["listOnline"] = async (ids) => {
      const online = await gateway.deps.keys.listOnline(ids);
      if (isDone) return online;
      isDone = true;
      await change(gateway, user);
      await gateway.deps.background.drain(1_000);
      return online;
    };
    const deps = { ...gateway.deps, keys: { ...gateway.deps.keys, listOnline } };

    await changeFriendship(deps, actorOf(user), { target: other.id, action: "add" });

    expect(isDone).toBe(true);
    expect(knownOf(user.id, await gateway.received(other.id, socket))).toMatchObject(known);
  });

  test("P4: the updates of a bot that was just blocked arrive as they do after connecting anew", async () => {
    await using gateway = await testGateway({ profile });
    const [me, owner] = [await gateway.user(QUIET), await gateway.user(QUIET)];
    const bot = await gateway.bot(owner.id, QUIET);
    await using before = await gateway.socket(me.token);
    const actor = { id: me.id, user: me.user, bot: false, sessionId: me.sessionId };

    await changeBlock(gateway.deps, actor, { target: bot.id, action: "block" });
    await gateway.received(me.id, before);
    await using after = await gateway.socket(me.token);
    const rename = { id: bot.id, data: { display_name: "Robot" }, clear: [], event_id: null };
    await publish(gateway.deps, userUpdate(rename, []));

    expect((await before.take("UserUpdate")).id).toBe(bot.id);
    expect((await after.take("UserUpdate")).id).toBe(bot.id);
  });

  test.each([
    ["with people in Ready", {}],
    ["without", { ready: ["servers"] }],
  ])("data-77: the status of a bot that has blocked us arrives, as everybody may see it, %s", async (_, options) => {
    await using gateway = await testGateway({ profile });
    const [me, owner] = [await gateway.user(QUIET), await gateway.user(QUIET)];
    const bot = await gateway.bot(owner.id, QUIET);
    const actor = { id: bot.id, user: bot.user, bot: true, sessionId: "" };
    const busy = { status: { text: "beep", presence: "Busy" as const }, online: true };
    const tell = () => publish(gateway.deps, userUpdate({ id: bot.id, data: busy, clear: [], event_id: null }, []));
    const before = await gateway.socket(me.token, options);

    await changeBlock(gateway.deps, actor, { target: me.id, action: "block" });
    await tell();
    expect((await before.take("UserUpdate")).data).toEqual(busy);
    await before.client.close();
    await using anew = await gateway.socket(me.token, options);
    await tell();
    expect((await anew.take("UserUpdate")).data).toEqual(busy);
  });

  test("P4: the updates of a bot end with its block, as they have ended after connecting anew", async () => {
    await using gateway = await testGateway({ profile });
    const [me, owner] = [await gateway.user(QUIET), await gateway.user(QUIET)];
    const bot = await gateway.bot(owner.id, QUIET);
    const actor = { id: me.id, user: me.user, bot: false, sessionId: me.sessionId };
    await changeBlock(gateway.deps, actor, { target: bot.id, action: "block" });
    await using socket = await gateway.socket(me.token);
    await gateway.received(me.id, socket);

    await changeBlock(gateway.deps, actor, { target: bot.id, action: "unblock" });
    const rename = { id: bot.id, data: { display_name: "Robot" }, clear: [], event_id: null };
    await publish(gateway.deps, userUpdate(rename, []));

    expect(typesOf(await gateway.received(me.id, socket))).toEqual(["UserRelationship"]);
  });
});
