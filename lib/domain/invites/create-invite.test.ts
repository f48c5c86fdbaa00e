import { describe, expect, test } from "bun:test";
import type { Actor } from "@lib/domain/actor.ts";
import { deleteChannel } from "@lib/domain/channels/delete-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { createInvite } from "@lib/domain/invites/create-invite.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { interleave } from "@tests/harness/interleave.ts";
import { type Profile, profiles } from "@tests/harness/profiles.ts";
import { seedServer, seedUser } from "@tests/harness/seed.ts";
import { testApi } from "@tests/harness/test-api.ts";

/** Somebody who invites to a channel of theirs, and deletes it. */
async function scene(profile: Profile) {
  const api = await testApi({ profile });
  const { id, user } = await seedUser(api);
  const server = await seedServer(api, { id });
  const actor: Actor = { id, user, bot: false, sessionId: "" };
  const about = { target: server.channelId, reason: null };
  return {
    deps: api.deps,
    invite: (deps: Deps) => createInvite(deps, actor, about),
    deleteChannel: (deps: Deps) => deleteChannel(deps, actor, { ...about, leaveSilently: false }),
    invites: () => api.deps.store.invites.listByServer(server.id),
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

describe.each(profiles)("inviting to a channel that is being deleted, on $name", (profile) => {
  test("P12: 404, and no invite stays, when it is gone before the invite is stored", async () => {
    await using s = await scene(profile);
    const work = () => s.deleteChannel(s.deps);

    const inviting = s.invite(interleave(s.deps, { repository: "invites", method: "insert", when: "before", work }));

    expect(await errorOf(inviting)).toMatchObject({ type: "NotFound" });
    expect(await s.invites()).toEqual([]);
  });

  test("P12: an invite that is stored before it is gone goes with it", async () => {
    await using s = await scene(profile);
    const work = () => s.invite(s.deps);

    await s.deleteChannel(interleave(s.deps, { repository: "channels", method: "deleteByIds", when: "before", work }));

    expect(await s.invites()).toEqual([]);
  });
});
