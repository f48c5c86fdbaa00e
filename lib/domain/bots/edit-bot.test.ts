import { describe, expect, test } from "bun:test";
import { DataEditBot } from "@lib/contract/bots.ts";
import type { Actor } from "@lib/domain/actor.ts";
import { deleteBot } from "@lib/domain/bots/delete-bot.ts";
import { editBot } from "@lib/domain/bots/edit-bot.ts";
import { during } from "@tests/harness/during.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { seedBot, seedUser } from "@tests/harness/seed.ts";
import { testApi } from "@tests/harness/test-api.ts";

describe.each(profiles)("editing a bot that is being deleted, on $name", (profile) => {
  test.each<[string, DataEditBot]>([
    ["gets no token", DataEditBot.parse({ remove: ["Token"] })],
    ["keeps the name of somebody deleted", DataEditBot.parse({ name: "anotherName" })],
  ])("P12: 404, and it %s", async (_, data) => {
    await using api = await testApi({ profile });
    const owner = await seedUser(api);
    const bot = await seedBot(api, owner);
    const actor: Actor = { id: owner.id, user: owner.user, bot: false, sessionId: "" };

    const [, edited] = await during(api.deps, {
      repository: "users",
      method: "markDeleted",
      when: "after",
      first: (deps) => deleteBot(deps, actor, { bot_id: bot.id }),
      second: (deps) => editBot(deps, actor, { bot_id: bot.id, data }),
    });

    expect(edited).toMatchObject({ status: "rejected", reason: { type: "NotFound" } });
    expect(await api.deps.store.bots.get(bot.id)).toBeNull();
    expect((await api.deps.store.users.get(bot.id))?.username).toBe(`Deleted User ${bot.id}`);
    expect(await api.takeEventTypes()).toEqual(["Logout", "UserUpdate"]);
  });
});
