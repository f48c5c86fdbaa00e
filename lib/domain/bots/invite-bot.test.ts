import { describe, expect, test } from "bun:test";
import type { InviteBotDestination } from "@lib/contract/bots.ts";
import type { Actor } from "@lib/domain/actor.ts";
import { deleteBot } from "@lib/domain/bots/delete-bot.ts";
import { inviteBot } from "@lib/domain/bots/invite-bot.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { type Interleaving, interleave } from "@tests/harness/interleave.ts";
import { type Profile, profiles } from "@tests/harness/profiles.ts";
import { seedBot, seedServer, seedUser } from "@tests/harness/seed.ts";
import { seedGroup } from "@tests/harness/seed-chat.ts";
import { testApi } from "@tests/harness/test-api.ts";

/** A bot whose owner has a server and a group for it, and deletes it while it is invited there. */
async function scene(profile: Profile) {
  const api = await testApi({ profile });
  const owner = await seedUser(api);
  const bot = await seedBot(api, owner);
  const [server, group] = [await seedServer(api, owner), await seedGroup(api, owner, [])];
  const actor: Actor = { id: owner.id, user: owner.user, bot: false, sessionId: "" };
  const work = () => deleteBot(api.deps, actor, { bot_id: bot.id });
  return {
    store: api.deps.store,
    bot,
    server,
    group,
    invite: (destination: InviteBotDestination, point: Pick<Interleaving, "repository" | "method">) =>
      // The point is of the one repository that it was given with.
      inviteBot(interleave(api.deps, { ...point, when: "before", work } as Interleaving), actor, {
        target: bot.id,
        destination,
      }),
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

describe.each(profiles)("inviting a bot that is being deleted, on $name", (profile) => {
  test("P12: 404, and the bot does not stay on the server", async () => {
    await using s = await scene(profile);

    const inviting = s.invite({ server: s.server.id }, { repository: "members", method: "join" });

    expect(await errorOf(inviting)).toMatchObject({ type: "NotFound" });
    expect(await s.store.members.get(s.server.id, s.bot.id)).toBeNull();
  });

  test("P12: 404, and the bot does not stay in the group", async () => {
    await using s = await scene(profile);

    const inviting = s.invite({ group: s.group }, { repository: "channels", method: "addRecipient" });

    expect(await errorOf(inviting)).toMatchObject({ type: "NotFound" });
    expect(await s.store.channels.listGroups(s.bot.id)).toEqual([]);
  });
});
