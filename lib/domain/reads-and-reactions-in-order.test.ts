import { describe, expect, test } from "bun:test";
import { ackChannel } from "@lib/domain/acks/ack-channel.ts";
import { ackServer } from "@lib/domain/acks/ack-server.ts";
import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { addReaction } from "@lib/domain/reactions/add-reaction.ts";
import { clearReactions } from "@lib/domain/reactions/clear-reactions.ts";
import { removeReaction } from "@lib/domain/reactions/remove-reaction.ts";
import { type Interleaving, interleave } from "@tests/harness/interleave.ts";
import { type Profile, profiles } from "@tests/harness/profiles.ts";
import type { Seeded } from "@tests/harness/seed.ts";
import { seedCommunity, seedMessages } from "@tests/harness/seed-chat.ts";
import { startOrWait } from "@tests/harness/start-or-wait.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";

const actorOf = ({ id, user }: Seeded): Actor => ({ id, user, bot: false, sessionId: "" });

/** A message on a server, and what Bob, a member, and the owner can do with it. */
async function scene(api: TestApi) {
  const { owner, alice, bob, serverId, channelId } = await seedCommunity(api);
  const [msg = ""] = await seedMessages(api, channelId, alice.id, [{}]);
  const place = { target: channelId, msg };
  const reaction = { ...place, emoji: "👍" };
  return {
    bob,
    serverId,
    channelId,
    msg,
    add: (deps: Deps) => addReaction(deps, actorOf(bob), reaction),
    remove: (deps: Deps) => removeReaction(deps, actorOf(bob), reaction),
    removeAll: (deps: Deps) => removeReaction(deps, actorOf(owner), { ...reaction, remove_all: true }),
    clear: (deps: Deps) => clearReactions(deps, actorOf(owner), place),
    ack: (deps: Deps, message: string) => ackChannel(deps, actorOf(bob), { target: channelId, message }),
    ackServer: (deps: Deps) => ackServer(deps, actorOf(bob), { target: serverId }),
  };
}

type Work = (deps: Deps) => Promise<unknown>;
type Place = Pick<Interleaving, "repository" | "method">;

/** Does `first`, and `second` at the moment when `first` is stored and not told yet. */
async function overtake({ deps }: TestApi, place: Place, first: Work, second: Work): Promise<void> {
  let finish = async (): Promise<unknown> => undefined;
  const work = async (): Promise<void> => {
    finish = await startOrWait(deps, second);
  };
  await first(interleave(deps, { ...place, when: "after", work } as Interleaving)); // a place is a method that exists
  await finish();
}

const told = async (api: TestApi) => (await api.takeEvents()).map(({ event }) => event);
const opened = (profile: Profile) => testApi({ profile });

describe.each(profiles)("reads and reactions in order on $name", (profile) => {
  test("P4: of a reaction that is added and removed at once what is stored last is told last", async () => {
    await using api = await opened(profile);
    const { add, remove } = await scene(api);

    await overtake(api, { repository: "messages", method: "addReaction" }, add, remove);
    expect((await told(api)).map(({ type }) => type)).toEqual(["MessageReact", "MessageUnreact"]);

    await add(api.deps);
    await overtake(api, { repository: "messages", method: "removeReaction" }, remove, add);
    expect((await told(api)).map(({ type }) => type)).toEqual(["MessageReact", "MessageUnreact", "MessageReact"]);
  });

  test("P4: who reacts while all reactions with the emoji are removed is told of at last", async () => {
    await using api = await opened(profile);
    const { bob, msg, add, removeAll } = await scene(api);
    await add(api.deps);

    await overtake(api, { repository: "messages", method: "clearReaction" }, removeAll, add);

    expect((await api.deps.store.messages.get(msg))?.reactions).toEqual({ "👍": [bob.id] });
    expect((await told(api)).at(-1)).toMatchObject({ type: "MessageReact", id: msg, user_id: bob.id, emoji_id: "👍" });
  });

  test("P4: who reacts while a message's reactions are cleared is told of at last", async () => {
    await using api = await opened(profile);
    const { bob, msg, add, clear } = await scene(api);
    await add(api.deps);

    await overtake(api, { repository: "messages", method: "clearReactions" }, clear, add);

    expect((await told(api)).at(-1)).toMatchObject({ type: "MessageReact", id: msg, user_id: bob.id, emoji_id: "👍" });
  });

  test.each<[string, "clearReaction" | "clearReactions", "removeAll" | "clear"]>([
    ["with the emoji", "clearReaction", "removeAll"],
    ["of a message", "clearReactions", "clear"],
  ])(
    "P4: who reacts and thinks better of it while reactions %s are cleared is not told of",
    async (_, method, what) => {
      await using api = await opened(profile);
      const { msg, add, remove, ...moderator } = await scene(api);
      await add(api.deps);
      const work = () => add(api.deps);
      const reacted = interleave(api.deps, { repository: "messages", method, when: "after", work });

      await overtake({ ...api, deps: reacted }, { repository: "messages", method: "get" }, moderator[what], remove);

      expect((await api.deps.store.messages.get(msg))?.reactions ?? {}).toEqual({});
      expect((await told(api)).at(-1)).toMatchObject({ type: "MessageUnreact", id: msg });
    },
  );

  test("P4: the first who reacts with an emoji while all such reactions are removed is told of at last", async () => {
    await using api = await opened(profile);
    const { msg, add, removeAll } = await scene(api);

    await overtake(api, { repository: "messages", method: "getInChannel" }, removeAll, add);

    expect((await told(api)).at(-1)).toMatchObject({ type: "MessageReact", id: msg });
  });

  test.each<["removeAll" | "clear"]>([["removeAll"], ["clear"]])(
    "P4: a reaction that is cleared before it was told is not left with anybody (%s)",
    async (what) => {
      await using api = await opened(profile);
      const { msg, add, ...moderator } = await scene(api);

      await overtake(api, { repository: "messages", method: "addReaction" }, add, moderator[what]);

      expect((await api.deps.store.messages.get(msg))?.reactions ?? {}).toEqual({});
      expect((await told(api)).map(({ type }) => type).slice(-2)).toEqual(["MessageReact", "MessageUnreact"]);
    },
  );

  test("P4, P11: of two acknowledgements at once what is noted last is told last", async () => {
    await using api = await opened(profile);
    const { ack } = await scene(api);
    const [first, second] = [api.deps.ids.ulid(), api.deps.ids.ulid()];

    await overtake(
      api,
      { repository: "unreads", method: "acknowledge" },
      (deps) => ack(deps, first),
      (deps) => ack(deps, second),
    );

    expect((await told(api)).map((event) => event["message_id"])).toEqual([first, second]);
  });

  test("P4, P11: acknowledging a server tells how far each channel is read, also beyond its last message", async () => {
    await using api = await opened(profile);
    const { ack, ackServer, channelId, msg } = await scene(api);
    await api.deps.store.channels.noteMessage(channelId, msg, false);
    const [later, latest] = [api.deps.ids.ulid(), api.deps.ids.ulid()];
    await ack(api.deps, later);
    await told(api);

    await overtake(api, { repository: "unreads", method: "acknowledgeMany" }, ackServer, (deps) => ack(deps, latest));

    expect(await told(api)).toMatchObject([
      { type: "ChannelAck", id: channelId, message_id: later },
      { type: "ChannelAck", id: channelId, message_id: latest },
    ]);
  });
});
