import { describe, expect, test } from "bun:test";
import { DataMessageSend } from "@lib/contract/messages.ts";
import type { Actor } from "@lib/domain/actor.ts";
import { createBan } from "@lib/domain/bans/create-ban.ts";
import { deleteRecentMessages } from "@lib/domain/bans/delete-recent-messages.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { bulkDeleteMessages } from "@lib/domain/messages/bulk-delete-messages.ts";
import { deleteMessage } from "@lib/domain/messages/delete-message.ts";
import { sendMessage } from "@lib/domain/messages/send-message.ts";
import { interleave } from "@tests/harness/interleave.ts";
import { profiles } from "@tests/harness/profiles.ts";
import type { Seeded } from "@tests/harness/seed.ts";
import { seedCommunity } from "@tests/harness/seed-chat.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";

const actorOf = ({ id, user }: Seeded): Actor => ({ id, user, bot: false, sessionId: "" });

type Place = { owner: Seeded; alice: Seeded; serverId: string; target: string; msg: string };

const deletions = {
  "by its author": (deps: Deps, { alice, target, msg }: Place) =>
    deleteMessage(deps, actorOf(alice), { target, msg, reason: null }),
  "with others": (deps: Deps, { owner, target, msg }: Place) =>
    bulkDeleteMessages(deps, actorOf(owner), { target, ids: [msg], reason: null }),
  "with its author's recent ones": (deps: Deps, { alice, serverId, target }: Place) =>
    deleteRecentMessages(deps, { _id: serverId, channels: [target] }, alice.id, 60),
};

type Sending = { alice: Seeded; bob: Seeded; target: string };

/** Sends a message that mentions somebody while something else happens; it must be told to be gone and leave nothing. */
async function expectGone(
  api: TestApi,
  { alice, bob, target }: Sending,
  meanwhile: { when: "before" | "after"; work: () => Promise<unknown> },
): Promise<void> {
  const { store, background } = api.deps;
  const body = DataMessageSend.parse({ content: `<@${bob.id}>` });
  const deps = interleave(api.deps, { repository: "messages", method: "insert", ...meanwhile });
  const { _id: id } = await sendMessage(deps, actorOf(alice), { target, body, idempotencyKey: "" });
  await background.drain(10_000);

  const told = (await api.takeEvents()).map(({ event }) => event);
  expect(told.at(-1)).toMatchObject({ type: "MessageDelete", id, channel: target });
  expect(await store.messages.get(id)).toBeNull();
  expect(await store.channels.get(target)).not.toHaveProperty("last_message_id");
  expect((await store.unreads.get(target, bob.id))?.mentions ?? []).toEqual([]);
}

describe.each(profiles)("deleting what is being sent on $name", (profile) => {
  test.each(Object.keys(deletions) as (keyof typeof deletions)[])(
    "P4, P11: a message that is deleted %s before it is told is told to be gone at last, and leaves nothing behind",
    async (kind) => {
      await using api = await testApi({ profile });
      const { owner, alice, bob, serverId, channelId: target } = await seedCommunity(api);
      const { store } = api.deps;
      const work = async (): Promise<void> => {
        const [msg = ""] = (await store.messages.listSelection({ channel: target }, 1)).map(({ _id }) => _id);
        await deletions[kind](api.deps, { owner, alice, serverId, target, msg });
      };

      await expectGone(api, { alice, bob, target }, { when: "after", work });
    },
  );

  test("P13: a message that is stored while its author is banned and purged does not stay", async () => {
    await using api = await testApi({ profile });
    const { owner, alice, bob, serverId: server, channelId: target } = await seedCommunity(api);
    const ban = { server, target: alice.id, delete_message_seconds: 60, auditReason: null };
    const work = () => createBan(api.deps, actorOf(owner), ban);

    await expectGone(api, { alice, bob, target }, { when: "before", work });
  });

  test("P13: who was banned and purged and is a member again sends messages that stay", async () => {
    await using api = await testApi({ profile });
    const { owner, alice, serverId: server, channelId: target } = await seedCommunity(api);
    const { deps } = api;
    const ban = { server, target: alice.id, delete_message_seconds: 60, auditReason: null };
    await createBan(deps, actorOf(owner), ban);
    await deps.store.bans.delete(server, alice.id);
    await deps.store.members.join({ server, user: alice.id }, deps.clock.now());

    const body = DataMessageSend.parse({ content: "back again" });
    const { _id: id } = await sendMessage(deps, actorOf(alice), { target, body, idempotencyKey: "" });
    await deps.background.drain(10_000);

    expect(await deps.store.messages.get(id)).toMatchObject({ content: "back again" });
  });
});
