import { expect, test } from "bun:test";
import { DataCreateServerChannel } from "@lib/contract/servers.ts";
import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { createServerChannel } from "@lib/domain/servers/create-server-channel.ts";
import { during } from "@tests/harness/during.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { seedServer, seedUser } from "@tests/harness/seed.ts";
import { testApi } from "@tests/harness/test-api.ts";

test.each(profiles)(
  "P4, P13: of two channels created at once the list told last has both, on $name",
  async (profile) => {
    await using api = await testApi({ profile });
    const { id, user } = await seedUser(api);
    const server = await seedServer(api, { id });
    const actor: Actor = { id, user, bot: false, sessionId: "" };
    const create = (name: string) => (deps: Deps) => {
      const data = DataCreateServerChannel.parse({ name });
      return createServerChannel(deps, actor, { server: server.id, data, reason: null });
    };

    const at = { repository: "servers", method: "addChannel", when: "after" } as const;
    await during(api.deps, { ...at, first: create("one"), second: create("two") });

    const updates = (await api.takeEvents()).filter(({ event }) => event.type === "ServerUpdate");
    const stored = await api.deps.store.servers.get(server.id);
    expect(stored?.channels).toHaveLength(3);
    expect(updates.at(-1)?.event).toMatchObject({ data: { channels: stored?.channels } });
  },
);
