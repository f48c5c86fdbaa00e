/** Of two who delete or leave the same thing at the same moment one does, and only that is told. */
import { describe, expect, test } from "bun:test";
import type { Actor } from "@lib/domain/actor.ts";
import { deleteBot } from "@lib/domain/bots/delete-bot.ts";
import { deleteChannel } from "@lib/domain/channels/delete-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { deleteServer } from "@lib/domain/servers/delete-server.ts";
import { ApiError } from "@lib/error/fail.ts";
import { during } from "@tests/harness/during.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { type Profile, profiles } from "@tests/harness/profiles.ts";
import { auditLog, type Seeded, seedBot, seedMember, seedServer, seedUser } from "@tests/harness/seed.ts";
import { seedGroup } from "@tests/harness/seed-chat.ts";
import { testApi } from "@tests/harness/test-api.ts";

const actorOf = ({ id, user }: Seeded): Actor => ({ id, user, bot: false, sessionId: "" });

/** Everything that is deleted or left, and who does that. */
async function scene(profile: Profile) {
  const api = await testApi({ profile });
  const [owner, plain] = [await seedUser(api), await seedUser(api)];
  const { id, channelId } = await seedServer(api, owner);
  await seedMember(api, { id }, plain);
  const bot = await seedBot(api, owner);
  const [ofOne, ofTwo] = [await seedGroup(api, owner, []), await seedGroup(api, owner, [plain])];
  const channel = (target: string, by: Seeded) => (deps: Deps) =>
    deleteChannel(deps, actorOf(by), { target, leaveSilently: true, reason: null });
  const server = (by: Seeded) => (deps: Deps) => deleteServer(deps, actorOf(by), { target: id, leaveSilently: true });
  return {
    deps: api.deps,
    deletions: {
      "a channel is deleted": channel(channelId, owner),
      "a server is deleted": server(owner),
      "a server is left": server(plain),
      "a group is closed": channel(ofOne, owner),
      "a group is left": channel(ofTwo, plain),
      "a bot is deleted": (deps: Deps) => deleteBot(deps, actorOf(owner), { bot_id: bot.id }),
    },
    logged: () => auditLog(api, id),
    takeEventTypes: api.takeEventTypes,
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

/** Just before the first of the two takes effect. */
const cases = [
  ["a channel is deleted", ["ChannelDelete"], { repository: "channels", method: "deleteByIds" }],
  ["a server is deleted", ["ServerDelete"], { repository: "servers", method: "delete" }],
  ["a server is left", ["ServerMemberLeave"], { repository: "members", method: "remove" }],
  ["a group is closed", ["ChannelDelete"], { repository: "channels", method: "deleteGroupOf" }],
  ["a group is left", ["ChannelGroupLeave"], { repository: "channels", method: "removeRecipient" }],
  ["a bot is deleted", ["Logout", "UserUpdate"], { repository: "bots", method: "update" }],
] as const;

describe.each(profiles)("deletions at once on $name", (profile) => {
  test.each(cases)(
    "P12: when %s twice at once, one is told and the other refused like a later one",
    async (what, told, point) => {
      await using s = await scene(profile);
      const deletion = s.deletions[what];

      const outcomes = await during(s.deps, { ...point, when: "before", first: deletion, second: deletion });

      const later = await errorOf(deletion(s.deps));
      if (!(later instanceof ApiError)) throw later;
      expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
      const reason = expect.objectContaining({ type: later.type, extra: later.extra });
      expect(outcomes).toContainEqual({ status: "rejected", reason });
      expect(await s.takeEventTypes()).toEqual([...told]);
    },
  );

  test("a channel that is deleted twice at once is logged once", async () => {
    await using s = await scene(profile);
    const deletion = s.deletions["a channel is deleted"];

    const point = { repository: "channels", method: "deleteByIds", when: "before" } as const;
    await during(s.deps, { ...point, first: deletion, second: deletion });

    expect((await s.logged()).map(({ action }) => action.type)).toEqual(["ChannelDelete"]);
  });
});
