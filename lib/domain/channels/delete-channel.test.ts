import { expect, test } from "bun:test";
import type { Actor } from "@lib/domain/actor.ts";
import { deleteChannel } from "@lib/domain/channels/delete-channel.ts";
import { interleave } from "@tests/harness/interleave.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { seedUser } from "@tests/harness/seed.ts";
import { seedDirect, sent } from "@tests/harness/seed-chat.ts";
import { testApi } from "@tests/harness/test-api.ts";

test.each(profiles)(
  "P4: a conversation that a message opens while it is closed does not stay hidden, on $name",
  async (profile) => {
    await using api = await testApi({ profile });
    const [self, other] = [await seedUser(api), await seedUser(api)];
    const target = await seedDirect(api, self, other);
    const actor: Actor = { id: self.id, user: self.user, bot: false, sessionId: "" };
    const work = () => sent(other, target, "still there?");
    const deps = interleave(api.deps, { repository: "channels", method: "update", when: "after", work });

    await deleteChannel(deps, actor, { target, leaveSilently: false, reason: null });

    expect(await api.deps.store.channels.get(target)).toMatchObject({ active: true });
    // A message makes a conversation active in clients.
    const told = (await api.takeEvents()).map(({ event }) => event.type === "Message" || Object(event["data"]).active);
    expect(told.at(-1)).toBe(true);
  },
);
