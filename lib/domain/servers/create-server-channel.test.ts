import { describe, expect, test } from "bun:test";
import { DataEditChannel } from "@lib/contract/channels.ts";
import { DataCreateServerChannel } from "@lib/contract/servers.ts";
import type { Actor } from "@lib/domain/actor.ts";
import { editChannel } from "@lib/domain/channels/edit-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { createServerChannel } from "@lib/domain/servers/create-server-channel.ts";
import { during } from "@tests/harness/during.ts";
import { type Profile, profiles } from "@tests/harness/profiles.ts";
import { seedServer, seedUser } from "@tests/harness/seed.ts";
import { testApi } from "@tests/harness/test-api.ts";

/** A server and how its owner creates a channel there. */
async function scene(profile: Profile) {
  const api = await testApi({ profile });
  const { id, user } = await seedUser(api);
  const server = await seedServer(api, { id });
  const actor: Actor = { id, user, bot: false, sessionId: "" };
  const create = (name: string) => (deps: Deps) => {
    const data = DataCreateServerChannel.parse({ name });
    return createServerChannel(deps, actor, { server: server.id, data, reason: null });
  };
  const listed = async () => (await api.deps.store.servers.get(server.id))?.channels ?? [];
  return { api, actor, create, listed, [Symbol.asyncDispose]: () => api[Symbol.asyncDispose]() };
}

/** Where the channel is stored and listed, and not told yet. */
const listing = { repository: "servers", method: "addChannel", when: "after" } as const;

describe.each(profiles)("channels of servers on $name", (profile) => {
  test("P4, P13: of two channels created at once the list told last has both", async () => {
    await using s = await scene(profile);

    await during(s.api.deps, { ...listing, first: s.create("one"), second: s.create("two") });

    const updates = (await s.api.takeEvents()).filter(({ event }) => event.type === "ServerUpdate");
    const stored = await s.listed();
    expect(stored).toHaveLength(3);
    expect(updates.at(-1)?.event).toMatchObject({ data: { channels: stored } });
  });

  test("P4: an edit of a channel that was not told yet is told after it", async () => {
    await using s = await scene(profile);
    const rename = async (deps: Deps) => {
      const target = (await s.listed()).at(-1) ?? "";
      return editChannel(deps, s.actor, { target, data: DataEditChannel.parse({ name: "new" }), reason: null });
    };

    await during(s.api.deps, { ...listing, first: s.create("old"), second: rename });

    const told = (await s.api.takeEvents()).filter(({ event }) => event.type.startsWith("Channel"));
    expect(told.map(({ event }) => event.type)).toEqual(["ChannelCreate", "ChannelUpdate"]);
    expect(told.at(-1)?.event).toMatchObject({ data: { name: "new" } });
  });
});
