import { describe, expect, test } from "bun:test";
import { removeFromGroup } from "@lib/domain/groups/remove-from-group.ts";
import { StoreUnavailableError } from "@lib/store/database.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { type Interleaving, interleave } from "@tests/harness/interleave.ts";
import { type Profile, profiles } from "@tests/harness/profiles.ts";
import { seedUser } from "@tests/harness/seed.ts";
import { seedGroup, seedMessages } from "@tests/harness/seed-chat.ts";
import { testApi } from "@tests/harness/test-api.ts";

/** A group with a message, whose last is about to leave; something happens at a point of that. */
async function scene(profile: Profile) {
  const api = await testApi({ profile });
  const [last, other] = [await seedUser(api), await seedUser(api)];
  const _id = await seedGroup(api, last, []);
  const [message = ""] = await seedMessages(api, _id, last.id, 1);
  const { store } = api.deps;
  return {
    store,
    other,
    _id,
    leave: () => removeFromGroup(api.deps, { _id }, last.id),
    leaveDuring: (point: Pick<Interleaving, "repository" | "method">, work: Interleaving["work"]) =>
      // The point is of the one repository that it was given with.
      removeFromGroup(interleave(api.deps, { ...point, when: "before", work } as Interleaving), { _id }, last.id),
    isLeft: async () => (await store.channels.get(_id)) !== null || (await store.messages.get(message)) !== null,
    takeEventTypes: api.takeEventTypes,
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

describe.each(profiles)("the last who leaves a group, on $name", (profile) => {
  test.each([
    ["the messages", { repository: "messages", method: "deleteByIds" }],
    ["the invites", { repository: "invites", method: "deleteByChannels" }],
    ["the group", { repository: "channels", method: "deleteGroupOf" }],
  ] as const)("P12: can do it again when its deletion was interrupted before %s went", async (_, point) => {
    await using s = await scene(profile);
    const away = new StoreUnavailableError("delete", point.repository, "away");
    expect(await errorOf(s.leaveDuring(point, () => Promise.reject(away)))).toBe(away);

    expect(await s.leave()).toBe(true);

    expect(await s.isLeft()).toBe(false);
    expect(await s.takeEventTypes()).toEqual(["ChannelDelete"]);
  });

  test("P13: hands it over to who was added meanwhile, also when a turn is outlasted", async () => {
    await using s = await scene(profile);
    const add = () => s.store.channels.addRecipient(s._id, s.other.id, 50);

    expect(await s.leaveDuring({ repository: "channels", method: "deleteGroupOf" }, add)).toBe(true);

    expect(await s.store.channels.get(s._id)).toMatchObject({ owner: s.other.id, recipients: [s.other.id] });
  });
});
