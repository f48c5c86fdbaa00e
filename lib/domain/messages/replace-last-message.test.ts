import { describe, expect, test } from "bun:test";
import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { bulkDeleteMessages } from "@lib/domain/messages/bulk-delete-messages.ts";
import { deleteMessage } from "@lib/domain/messages/delete-message.ts";
import { replaceLastMessage } from "@lib/domain/messages/replace-last-message.ts";
import { interleave } from "@tests/harness/interleave.ts";
import { type Profile, profiles } from "@tests/harness/profiles.ts";
import { seedCommunity, seedMessages, sent } from "@tests/harness/seed-chat.ts";
import { storedMessage } from "@tests/harness/stored-documents.ts";
import { testApi } from "@tests/harness/test-api.ts";

/** A channel with three messages by one author, from the oldest to the newest, and an id between the last two. */
async function scene(profile: Profile) {
  const api = await testApi({ profile });
  const { alice, channelId } = await seedCommunity(api, { more: ["ManageMessages"] });
  const [first = "", second = "", between = ""] = Array.from({ length: 3 }, () => api.deps.ids.ulid());
  const { channels, messages } = api.deps.store;
  for (const id of [first, second]) await messages.insert(storedMessage(id, { channel: channelId, author: alice.id }));
  const [third = ""] = await seedMessages(api, channelId, alice.id, 1);
  const actor: Actor = { id: alice.id, user: alice.user, bot: false, sessionId: "" };
  return {
    deps: api.deps,
    channelId,
    ids: { first, second, between, third },
    /** Stores a message as sending does, without telling of it. */
    async store(id: string) {
      await messages.insert(storedMessage(id, { channel: channelId, author: alice.id }));
      await channels.noteMessage(channelId, id, false);
    },
    send: () => sent(alice, channelId, "fourth"),
    delete: (deps: typeof api.deps, msg: string) =>
      deleteMessage(deps, actor, { target: channelId, msg, reason: null }),
    deleteAll: (deps: typeof api.deps, ids: readonly string[]) =>
      bulkDeleteMessages(deps, actor, { target: channelId, ids, reason: null }),
    lastStored: async () => (await channels.get(channelId))?.last_message_id,
    /** The last message that somebody holds who applied every event, in order. */
    async lastTold(): Promise<unknown> {
      let last: unknown;
      for (const { event } of await api.takeEvents()) {
        if (event.type === "Message") last = Reflect.get(event, "_id");
        if (event.type === "ChannelUpdate") last = Reflect.get(Object(Reflect.get(event, "data")), "last_message_id");
        if (event.type === "MessageDelete" && Reflect.get(event, "id") === last) last = undefined;
      }
      return last;
    },
    takeEventTypes: api.takeEventTypes,
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

describe.each(profiles)("the last message after a deletion on $name", (profile) => {
  test("P11: a message that is deleted while it becomes the last one does not stay it", async () => {
    await using s = await scene(profile);
    const { first, second, third } = s.ids;
    const work = () => s.delete(s.deps, second);

    await s.delete(interleave(s.deps, { repository: "messages", method: "getNewestId", when: "after", work }), third);

    expect([await s.lastStored(), await s.lastTold()]).toEqual([first, first]);
  });

  test("P11: a message that is older than the deleted one but stored later becomes the last one", async () => {
    await using s = await scene(profile);
    const { between, third } = s.ids;
    const work = () => s.store(between);

    await s.delete(interleave(s.deps, { repository: "messages", method: "getNewestId", when: "after", work }), third);

    expect([await s.lastStored(), await s.lastTold()]).toEqual([between, between]);
  });

  test("P11: so it does in a channel that nothing else is left in", async () => {
    await using s = await scene(profile);
    const { first, second, between, third } = s.ids;
    await s.deleteAll(s.deps, [first, second]);
    const work = () => s.store(between);

    await s.delete(interleave(s.deps, { repository: "messages", method: "getNewestId", when: "after", work }), third);

    expect([await s.lastStored(), await s.lastTold()]).toEqual([between, between]);
  });

  test("P11: messages deleted together do not stay the last one when the newest of them was deleted before", async () => {
    await using s = await scene(profile);
    const { first, second, third } = s.ids;
    const work = () => s.delete(s.deps, third);
    const deps = interleave(s.deps, { repository: "messages", method: "listInChannel", when: "after", work });

    await s.deleteAll(deps, [second, third]);

    expect([await s.lastStored(), await s.lastTold()]).toEqual([first, first]);
  });

  test("P11: a message sent while the newest one is deleted is not undone by what is told of the one before", async () => {
    await using s = await scene(profile);
    const { third } = s.ids;
    await s.deps.store.messages.delete(s.channelId, third);
    const deps = interleave(s.deps, {
      repository: "channels",
      method: "replaceLastMessage",
      when: "after",
      work: s.send,
    });

    await replaceLastMessage(deps, s.channelId, [third]);

    expect(await s.takeEventTypes()).toEqual(["Message"]);
  });

  test("P11: nor is one that is sent at the moment when that is told", async () => {
    await using s = await scene(profile);

    await s.delete(whileTelling(s.deps, s.send), s.ids.third);

    const stored = await s.lastStored();
    expect(await s.lastTold()).toBe(stored);
    expect(stored).toBe((await s.deps.store.messages.getNewestId(s.channelId)) ?? "");
  });

  test("P11: the only message left does not stay the last one when it is deleted at the moment when that is told", async () => {
    await using s = await scene(profile);
    const { first, second, third } = s.ids;
    await s.delete(s.deps, first);

    await s.delete(
      whileTelling(s.deps, () => s.delete(s.deps, second)),
      third,
    );

    expect([await s.lastStored(), await s.lastTold()]).toEqual([undefined, undefined]);
  });
});

/** The same ports, with `work` done once before it is told that the last message is another. */
function whileTelling(deps: Deps, work: () => Promise<unknown>): Deps {
  let isDone = false;
  const publish: Deps["bus"]["publish"] = async (topics, event) => {
    if (event.type === "ChannelUpdate" && !isDone) {
      isDone = true;
      await work();
    }
    await deps.bus.publish(topics, event);
  };
  const bus = Object.assign(Object.create(deps.bus) as Deps["bus"], { publish }); // the rest is the driver's
  return { ...deps, bus };
}
