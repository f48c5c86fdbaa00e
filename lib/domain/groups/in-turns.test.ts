/** What happens to a group at the same time is stored and told in one order, and leaves it an owner who is in it (P13). */
import { describe, expect, test } from "bun:test";
import { DataEditChannel } from "@lib/contract/channels.ts";
import { DataCreateGroup } from "@lib/contract/groups.ts";
import type { Actor } from "@lib/domain/actor.ts";
import { inviteBot } from "@lib/domain/bots/invite-bot.ts";
import { editChannel } from "@lib/domain/channels/edit-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { addGroupMember } from "@lib/domain/groups/add-group-member.ts";
import { addToGroup } from "@lib/domain/groups/add-to-group.ts";
import { createGroup } from "@lib/domain/groups/create-group.ts";
import { removeFromGroup } from "@lib/domain/groups/remove-from-group.ts";
import type { GroupDocument } from "@lib/model/stored/channel.ts";
import { during } from "@tests/harness/during.ts";
import { interleave } from "@tests/harness/interleave.ts";
import { type Profile, profiles } from "@tests/harness/profiles.ts";
import { type Seeded, seedBot, seedUser } from "@tests/harness/seed.ts";
import { seedGroup, sent } from "@tests/harness/seed-chat.ts";
import { testApi } from "@tests/harness/test-api.ts";

const actorOf = ({ id, user }: Seeded): Actor => ({ id, user, bot: false, sessionId: "" });

/** A group of `a`, who owns it, and `b`, who has a friend; `c` and `d` are not in it. */
async function scene(profile: Profile) {
  const api = await testApi({ profile });
  const [a, c, d, friend] = await Promise.all([seedUser(api), seedUser(api), seedUser(api), seedUser(api)]);
  const b = await seedUser(api, { relations: [{ _id: friend.id, status: "Friend" }] });
  const _id = await seedGroup(api, a, [b]);
  const bot = await seedBot(api, b);
  const edit = (deps: Deps, by: Seeded, fields: object) =>
    editChannel(deps, actorOf(by), { target: _id, data: DataEditChannel.parse(fields), reason: null });
  return {
    deps: api.deps,
    a,
    b,
    c,
    d,
    _id,
    edit,
    leave: (deps: Deps, { id }: Seeded, by?: Seeded) => removeFromGroup(deps, { _id }, id, by ? { by: by.id } : {}),
    add: (deps: Deps, { id }: Seeded) => addToGroup(deps, { _id }, id, a.id),
    /** What `b` does. */
    acts: {
      "comes back": (deps: Deps) => addGroupMember(deps, actorOf(b), { group_id: _id, member_id: b.id }),
      "brings somebody": (deps: Deps) => addGroupMember(deps, actorOf(b), { group_id: _id, member_id: friend.id }),
      "brings a bot": (deps: Deps) => inviteBot(deps, actorOf(b), { target: bot.id, destination: { group: _id } }),
      "renames it": (deps: Deps) => edit(deps, b, { name: "new" }),
    },
    /** What somebody holds of the group who applied every event about it, in order. */
    async told(): Promise<{ owner: string; name: string; recipients: string[] }> {
      const view = { owner: a.id, name: "Group", recipients: [a.id, b.id] };
      for (const { event } of await api.takeEvents()) apply(view, event);
      return { ...view, recipients: view.recipients.toSorted() };
    },
    async stored() {
      const { owner, name, recipients } = (await api.deps.store.channels.get(_id)) as GroupDocument; // seeded as one
      return { owner, name, recipients: recipients.toSorted() };
    },
    takeEvents: api.takeEvents,
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

type GroupView = { owner: string; name: string; recipients: string[] };

function apply(view: GroupView, event: { type: string }): void {
  const [user, data]: unknown[] = [Reflect.get(event, "user"), Reflect.get(event, "data")];
  if (event.type === "ChannelGroupJoin") view.recipients.push(String(user));
  if (event.type === "ChannelGroupLeave") view.recipients = view.recipients.filter((id) => id !== user);
  if (event.type === "ChannelUpdate") Object.assign(view, data);
}

describe.each(profiles)("groups in turns on $name", (profile) => {
  test("P4, P13: an owner who is made one and leaves at once is not told of as the owner afterwards", async () => {
    await using s = await scene(profile);

    await during(s.deps, {
      repository: "channels",
      method: "transferOwnership",
      when: "after",
      first: (deps) => s.edit(deps, s.a, { owner: s.b.id }),
      second: (deps) => s.leave(deps, s.b),
    });

    expect(await s.stored()).toEqual({ owner: s.a.id, name: "Group", recipients: [s.a.id] });
    expect(await s.told()).toEqual(await s.stored());
  });

  test("P13: who is made the owner while they leave hands the group on, also when a turn is outlasted", async () => {
    await using s = await scene(profile);
    const work = () => s.deps.store.channels.transferOwnership(s._id, s.a.id, s.b.id);

    await s.leave(interleave(s.deps, { repository: "channels", method: "removeRecipient", when: "before", work }), s.b);

    expect(await s.stored()).toEqual({ owner: s.a.id, name: "Group", recipients: [s.a.id] });
    expect(await s.told()).toEqual(await s.stored());
  });

  test("P13: nobody is removed by who gave the group away meanwhile", async () => {
    await using s = await scene(profile);

    const [, removed] = await during(s.deps, {
      repository: "channels",
      method: "transferOwnership",
      when: "after",
      first: (deps) => s.edit(deps, s.a, { owner: s.b.id }),
      second: (deps) => s.leave(deps, s.b, s.a),
    });

    expect(removed).toMatchObject({ status: "rejected", reason: { type: "MissingPermission" } });
    expect(await s.stored()).toMatchObject({ owner: s.b.id, recipients: [s.a.id, s.b.id].toSorted() });
  });

  test.each(["comes back", "brings somebody", "brings a bot", "renames it"] as const)(
    "P13: nobody who is removed from a group meanwhile %s",
    async (what) => {
      await using s = await scene(profile);
      await s.takeEvents();

      const [removed, done] = await during(s.deps, {
        repository: "channels",
        method: "removeRecipient",
        when: "before",
        first: (deps) => s.leave(deps, s.b, s.a),
        second: s.acts[what],
      });

      expect(removed.status).toBe("fulfilled");
      expect(done).toMatchObject({ status: "rejected", reason: { type: "MissingPermission" } });
      expect(await s.stored()).toEqual({ owner: s.a.id, name: "Group", recipients: [s.a.id] });
      expect((await s.takeEvents()).map(({ event }) => event.type)).toEqual(["ChannelGroupLeave", "Message"]);
    },
  );

  test("P13: 403 for who has given a group away meanwhile", async () => {
    await using s = await scene(profile);
    await s.deps.store.channels.addRecipient(s._id, s.c.id, 10);

    const [, again] = await during(s.deps, {
      repository: "channels",
      method: "transferOwnership",
      when: "before",
      first: (deps) => s.edit(deps, s.a, { owner: s.b.id }),
      second: (deps) => s.edit(deps, s.a, { owner: s.c.id }),
    });

    expect(again).toMatchObject({ status: "rejected", reason: { type: "NotOwner" } });
    expect(await s.stored()).toMatchObject({ owner: s.b.id });
  });

  test("P13: nobody joins a group that its last member is leaving", async () => {
    await using s = await scene(profile);
    await s.leave(s.deps, s.b);
    await s.takeEvents();

    const [left, joined] = await during(s.deps, {
      repository: "channels",
      method: "deleteGroupOf",
      when: "before",
      first: (deps) => s.leave(deps, s.a),
      second: (deps) => s.add(deps, s.c),
    });

    expect([left?.status, joined?.status]).toEqual(["fulfilled", "rejected"]);
    expect(await s.deps.store.channels.get(s._id)).toBeNull();
    expect((await s.takeEvents()).map(({ event }) => event.type)).toEqual(["ChannelDelete"]);
  });

  test("P4: who is added to a group is told of a name that it gets meanwhile", async () => {
    await using s = await scene(profile);

    await during(s.deps, {
      repository: "messages",
      method: "insert",
      when: "before",
      first: (deps) => s.edit(deps, s.a, { name: "new" }),
      second: (deps) => s.add(deps, s.c),
    });

    const entries = await s.takeEvents();
    const at = entries.findIndex(({ event }) => event.type === "ChannelCreate");
    expect(entries[at]?.event).toMatchObject({ name: "new" });
    expect(entries.slice(at).some(({ event }) => event.type === "ChannelUpdate")).toBe(false);
  });

  test("P4: who is added to a group is told of the last message that it gets meanwhile", async () => {
    await using s = await scene(profile);
    let message = "";
    const work = async () => {
      message = (await sent(s.a, s._id, "hello"))._id;
    };

    await s.add(interleave(s.deps, { repository: "channels", method: "get", when: "after", work }), s.c);

    const entries = await s.takeEvents();
    const at = entries.findIndex(({ event }) => event.type === "ChannelCreate");
    const later = entries.slice(at + 1).map(({ event }) => event);
    expect(later).toMatchObject([{ type: "ChannelUpdate", id: s._id, data: { last_message_id: message } }]);
  });

  test("P4: an edit of a group that was not told yet is told after it", async () => {
    await using s = await scene(profile);
    const rename = async (deps: Deps) => {
      const target = (await deps.store.channels.listGroups(s.a.id)).find(({ _id }) => _id !== s._id)?._id ?? "";
      return editChannel(deps, actorOf(s.a), { target, data: DataEditChannel.parse({ name: "new" }), reason: null });
    };

    await during(s.deps, {
      repository: "channels",
      method: "insert",
      when: "after",
      first: (deps) => createGroup(deps, actorOf(s.a), DataCreateGroup.parse({ name: "old", users: [] })),
      second: rename,
    });

    const told = (await s.takeEvents()).filter(({ event }) => event.type.startsWith("Channel"));
    expect(told.map(({ event }) => event.type)).toEqual(["ChannelCreate", "ChannelUpdate"]);
    expect(told.at(-1)?.event).toMatchObject({ data: { name: "new" } });
  });

  test("P4: of two who are added at once each is told of the other", async () => {
    await using s = await scene(profile);

    await during(s.deps, {
      repository: "messages",
      method: "insert",
      when: "before",
      first: (deps) => s.add(deps, s.c),
      second: (deps) => s.add(deps, s.d),
    });

    const known = new Map<string, string[]>();
    for (const { event, topics } of await s.takeEvents()) {
      const user = String(Reflect.get(event, "user"));
      if (event.type === "ChannelGroupJoin") for (const recipients of known.values()) recipients.push(user);
      if (event.type === "ChannelCreate")
        known.set(String(topics[0]), [...(Reflect.get(event, "recipients") as string[])]);
    }
    const everybody = [s.a.id, s.b.id, s.c.id, s.d.id].toSorted();
    expect([...known].map(([topic, recipients]) => [topic, recipients.toSorted()])).toEqual([
      [`${s.c.id}!`, everybody],
      [`${s.d.id}!`, everybody],
    ]);
  });
});
