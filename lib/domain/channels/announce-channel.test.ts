import { describe, expect, test } from "bun:test";
import { DataCreateGroup } from "@lib/contract/groups.ts";
import { DataCreateServerChannel } from "@lib/contract/servers.ts";
import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { openDirectMessage } from "@lib/domain/direct-messages/open-direct-message.ts";
import { createGroup } from "@lib/domain/groups/create-group.ts";
import { createServerChannel } from "@lib/domain/servers/create-server-channel.ts";
import type { UserDocument } from "@lib/model/stored/user.ts";
import { during } from "@tests/harness/during.ts";
import { type Profile, profiles } from "@tests/harness/profiles.ts";
import { seedMember, seedServer, seedUser } from "@tests/harness/seed.ts";
import { sent } from "@tests/harness/seed-chat.ts";
import { testApi } from "@tests/harness/test-api.ts";

const actorOf = (user: UserDocument): Actor => ({ id: user._id, user, bot: false, sessionId: "" });

/** Two friends who are members of a server, and how the first makes channels that the second sees. */
async function scene(profile: Profile) {
  const api = await testApi({ profile });
  const [a, b] = [await seedUser(api), await seedUser(api)];
  const { store } = api.deps;
  await store.users.setRelationship(a.id, b.id, "Friend");
  await store.users.setRelationship(b.id, a.id, "Friend");
  const [userA, userB] = [await store.users.get(a.id), await store.users.get(b.id)];
  if (!userA || !userB) throw new Error("both were made");
  const server = await seedServer(api, a);
  await seedMember(api, server, b);
  const actor = actorOf(userA);
  return {
    api,
    b,
    openAsB: (deps: Deps) => openDirectMessage(deps, actorOf(userB), { target: a.id }),
    makings: {
      "a conversation": (deps: Deps) => openDirectMessage(deps, actor, { target: b.id }),
      "a group": (deps: Deps) => createGroup(deps, actor, DataCreateGroup.parse({ name: "new", users: [b.id] })),
      "a channel of a server": (deps: Deps) =>
        createServerChannel(deps, actor, {
          server: server.id,
          data: DataCreateServerChannel.parse({ name: "new" }),
          reason: null,
        }),
    },
    /** What was made, which is stored and not told yet. */
    async found(): Promise<string> {
      const [direct] = await store.channels.listDirect(a.id);
      return direct?._id ?? (await store.servers.get(server.id))?.channels.at(-1) ?? "";
    },
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

/** Where a channel is stored, and listed if it is one of a server, and nobody was told of it. */
const untold = {
  "a conversation": { repository: "channels", method: "insert", when: "after" },
  "a group": { repository: "channels", method: "insert", when: "after" },
  "a channel of a server": { repository: "servers", method: "addChannel", when: "after" },
} as const;

const kinds = ["a conversation", "a group", "a channel of a server"] as const;

describe.each(profiles)("channels that are made on $name", (profile) => {
  test.each(kinds)(
    "P4: of a message sent in %s that was not told yet it is told that it is the last one",
    async (kind) => {
      await using s = await scene(profile);
      let message = "";
      const second = async () => {
        message = (await sent(s.b, await s.found(), "hello"))._id;
      };

      await during(s.api.deps, { ...untold[kind], first: s.makings[kind], second });

      const told = (await s.api.takeEvents()).filter(({ event }) => event.type.startsWith("Channel"));
      expect(told.map(({ event }) => event.type)).toEqual(["ChannelCreate", "ChannelUpdate"]);
      expect(told[1]).toMatchObject({ topics: [await s.found()], event: { data: { last_message_id: message } } });
    },
  );

  test("P4: who opens a conversation that was not told yet, and sends there, does so after it was told", async () => {
    await using s = await scene(profile);
    const second = async (deps: Deps) => sent(s.b, (await s.openAsB(deps))._id, "hello");

    await during(s.api.deps, { ...untold["a conversation"], first: s.makings["a conversation"], second });

    expect(await s.api.takeEventTypes()).toEqual(["ChannelCreate", "Message"]);
  });
});
