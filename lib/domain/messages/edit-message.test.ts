import { describe, expect, test } from "bun:test";
import { DataEditMessage } from "@lib/contract/messages.ts";
import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { editMessage } from "@lib/domain/messages/edit-message.ts";
import { pinMessage } from "@lib/domain/messages/pin-message.ts";
import { unpinMessage } from "@lib/domain/messages/unpin-message.ts";
import { during } from "@tests/harness/during.ts";
import { type Profile, profiles } from "@tests/harness/profiles.ts";
import { seedCommunity, seedMessages } from "@tests/harness/seed-chat.ts";
import { testApi } from "@tests/harness/test-api.ts";

/** A message whose author may also pin it. */
async function scene(profile: Profile) {
  const api = await testApi({ profile });
  const { owner, channelId } = await seedCommunity(api);
  const [msg = ""] = await seedMessages(api, channelId, owner.id, 1);
  const actor: Actor = { id: owner.id, user: owner.user, bot: false, sessionId: "" };
  const place = { target: channelId, msg };
  return {
    deps: api.deps,
    edit: (body: object) => (deps: Deps) => editMessage(deps, actor, { ...place, body: DataEditMessage.parse(body) }),
    pin: (deps: Deps) => pinMessage(deps, actor, { ...place, reason: null }),
    unpin: (deps: Deps) => unpinMessage(deps, actor, { ...place, reason: null }),
    stored: () => api.deps.store.messages.get(msg),
    async told() {
      const updates = (await api.takeEvents()).filter(({ event }) => event.type === "MessageUpdate");
      return updates.map(({ event }) => event);
    },
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

describe.each(profiles)("changes of a message at once on $name", (profile) => {
  const editing = { repository: "messages", method: "update", when: "after" } as const;

  test("P4: of two edits the one stored last is told last", async () => {
    await using s = await scene(profile);

    await during(s.deps, { ...editing, first: s.edit({ content: "one" }), second: s.edit({ content: "two" }) });

    expect(await s.stored()).toMatchObject({ content: "two" });
    expect((await s.told()).at(-1)).toMatchObject({ data: { content: "two" } });
  });

  test("P13: an edit of the text leaves the embeds that another gives it meanwhile", async () => {
    await using s = await scene(profile);
    const embeds = [{ title: "kept" }];

    await during(s.deps, {
      ...editing,
      when: "before",
      first: s.edit({ embeds }),
      second: s.edit({ content: "two" }),
    });

    expect(await s.stored()).toMatchObject({ content: "two", embeds });
    expect((await s.told()).at(-1)).toMatchObject({ data: { content: "two", embeds } });
  });

  test("P4: of pinning and unpinning the one stored last is told last", async () => {
    await using s = await scene(profile);

    await during(s.deps, { repository: "messages", method: "pin", when: "after", first: s.pin, second: s.unpin });

    expect(await s.stored()).not.toHaveProperty("pinned");
    expect((await s.told()).at(-1)).toMatchObject({ clear: ["Pinned"] });
  });
});
