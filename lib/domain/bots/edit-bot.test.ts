import { describe, expect, test } from "bun:test";
import { DataEditBot } from "@lib/contract/bots.ts";
import { DataEditUser } from "@lib/contract/users.ts";
import type { Actor } from "@lib/domain/actor.ts";
import { deleteBot } from "@lib/domain/bots/delete-bot.ts";
import { editBot } from "@lib/domain/bots/edit-bot.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { editUser } from "@lib/domain/users/edit-user.ts";
import { during } from "@tests/harness/during.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { seedBot, seedUser } from "@tests/harness/seed.ts";
import { testApi } from "@tests/harness/test-api.ts";

type Edit = (deps: Deps, actor: Actor, id: string) => Promise<unknown>;

const ofBot =
  (fields: object): Edit =>
  (deps, actor, bot_id) =>
    editBot(deps, actor, { bot_id, data: DataEditBot.parse(fields) });

const ofUser =
  (fields: object): Edit =>
  (deps, actor, target) =>
    editUser(deps, actor, { target, data: DataEditUser.parse(fields) });

describe.each(profiles)("editing a bot that is being deleted, on $name", (profile) => {
  test.each<[string, Edit]>([
    ["gets no token", ofBot({ remove: ["Token"] })],
    ["keeps the name of somebody deleted", ofBot({ name: "anotherName" })],
    ["gets no profile", ofUser({ profile: { content: "still here" } })],
  ])("P12: 404, and it %s", async (_, edit) => {
    await using api = await testApi({ profile });
    const owner = await seedUser(api);
    const bot = await seedBot(api, owner);
    const actor: Actor = { id: owner.id, user: owner.user, bot: false, sessionId: "" };

    const [, edited] = await during(api.deps, {
      repository: "users",
      method: "markDeleted",
      when: "after",
      first: (deps) => deleteBot(deps, actor, { bot_id: bot.id }),
      second: (deps) => edit(deps, actor, bot.id),
    });

    expect(edited).toMatchObject({ status: "rejected", reason: { type: "NotFound" } });
    expect(await api.deps.store.bots.get(bot.id)).toBeNull();
    const user = await api.deps.store.users.get(bot.id);
    expect([user?.username, user?.profile]).toEqual([`Deleted User ${bot.id}`, undefined]);
    expect(await api.takeEventTypes()).toEqual(["Logout", "UserUpdate"]);
  });
});
