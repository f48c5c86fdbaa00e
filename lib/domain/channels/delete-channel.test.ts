import { expect, test } from "bun:test";
import type { Actor } from "@lib/domain/actor.ts";
import { deleteChannel } from "@lib/domain/channels/delete-channel.ts";
import { dispatchMessage } from "@lib/domain/messages/dispatch-message.ts";
import { interleave } from "@tests/harness/interleave.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { seedUser } from "@tests/harness/seed.ts";
import { seedDirect, sent } from "@tests/harness/seed-chat.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";

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
    expect((await toldActivity(api)).at(-1)).toBe(true);
  },
);

test.each(profiles)(
  "P4: a conversation that is closed while a message opens it stays hidden, on $name",
  async (profile) => {
    await using api = await testApi({ profile });
    const [self, other] = [await seedUser(api), await seedUser(api)];
    const target = await seedDirect(api, self, other, { active: false });
    const actor: Actor = { id: self.id, user: self.user, bot: false, sessionId: "" };
    const work = () => deleteChannel(api.deps, actor, { target, leaveSilently: false, reason: null });
    const deps = interleave(api.deps, { repository: "channels", method: "noteMessage", when: "after", work });

    const channel = await api.deps.store.channels.get(target);
    if (!channel) throw new Error("the conversation is gone");
    await dispatchMessage(deps, channel, {
      _id: api.deps.ids.ulid(),
      channel: target,
      author: other.id,
      reactions: {},
    });

    expect(await api.deps.store.channels.get(target)).toMatchObject({ active: false });
    expect((await toldActivity(api)).at(-1)).toBe(false);
  },
);

const toldActivity = async (api: TestApi): Promise<unknown[]> =>
  (await api.takeEvents()).flatMap(({ event }) =>
    event.type === "ChannelUpdate" ? [Object(event["data"]).active] : [],
  );
