import { describe, expect, test } from "bun:test";
import { DataMessageSend } from "@lib/contract/messages.ts";
import type { Actor } from "@lib/domain/actor.ts";
import { deleteRecentMessages } from "@lib/domain/bans/delete-recent-messages.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { bulkDeleteMessages } from "@lib/domain/messages/bulk-delete-messages.ts";
import { deleteMessage } from "@lib/domain/messages/delete-message.ts";
import { sendMessage } from "@lib/domain/messages/send-message.ts";
import { interleave } from "@tests/harness/interleave.ts";
import { profiles } from "@tests/harness/profiles.ts";
import type { Seeded } from "@tests/harness/seed.ts";
import { seedCommunity } from "@tests/harness/seed-chat.ts";
import { testApi } from "@tests/harness/test-api.ts";

const actorOf = ({ id, user }: Seeded): Actor => ({ id, user, bot: false, sessionId: "" });

type Place = { owner: Seeded; alice: Seeded; target: string; msg: string };

const deletions = {
  "by its author": (deps: Deps, { alice, target, msg }: Place) =>
    deleteMessage(deps, actorOf(alice), { target, msg, reason: null }),
  "with others": (deps: Deps, { owner, target, msg }: Place) =>
    bulkDeleteMessages(deps, actorOf(owner), { target, ids: [msg], reason: null }),
  "with its author's recent ones": (deps: Deps, { alice, target }: Place) =>
    deleteRecentMessages(deps, [target], alice.id, 60),
};

describe.each(profiles)("deleting what is being sent on $name", (profile) => {
  test.each(Object.keys(deletions) as (keyof typeof deletions)[])(
    "P4, P11: a message that is deleted %s before it is told is told to be gone at last, and leaves nothing behind",
    async (kind) => {
      await using api = await testApi({ profile });
      const { owner, alice, bob, channelId: target } = await seedCommunity(api);
      const { store, background } = api.deps;
      const work = async (): Promise<void> => {
        const [msg = ""] = (await store.messages.listSelection({ author: alice.id }, 1)).map(({ _id }) => _id);
        await deletions[kind](api.deps, { owner, alice, target, msg });
      };

      const body = DataMessageSend.parse({ content: `<@${bob.id}>` });
      const deps = interleave(api.deps, { repository: "messages", method: "insert", when: "after", work });
      const { _id: id } = await sendMessage(deps, actorOf(alice), { target, body, idempotencyKey: "" });
      await background.drain(10_000);

      const told = (await api.takeEvents()).map(({ event }) => event);
      expect(told.at(-1)).toMatchObject({ type: "MessageDelete", id, channel: target });
      expect(await store.messages.get(id)).toBeNull();
      expect(await store.channels.get(target)).not.toHaveProperty("last_message_id");
      expect((await store.unreads.get(target, bob.id))?.mentions ?? []).toEqual([]);
    },
  );
});
