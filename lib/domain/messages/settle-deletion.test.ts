import { expect, test } from "bun:test";
import type { Actor } from "@lib/domain/actor.ts";
import { deleteRecentMessages } from "@lib/domain/bans/delete-recent-messages.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { bulkDeleteMessages } from "@lib/domain/messages/bulk-delete-messages.ts";
import { deleteMessage } from "@lib/domain/messages/delete-message.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { interleave } from "@tests/harness/interleave.ts";
import { seedCommunity, seedMessages } from "@tests/harness/seed-chat.ts";
import { testApi } from "@tests/harness/test-api.ts";

type Place = { serverId: string; channelId: string; id: string };

const deletions = {
  one: (deps: Deps, actor: Actor, { channelId: target, id: msg }: Place) =>
    deleteMessage(deps, actor, { target, msg, reason: null }),
  several: (deps: Deps, actor: Actor, { channelId: target, id }: Place) =>
    bulkDeleteMessages(deps, actor, { target, ids: [id], reason: null }),
  recent: (deps: Deps, { id: author }: Actor, { serverId, channelId }: Place) =>
    deleteRecentMessages(deps, { _id: serverId, channels: [channelId] }, author, 60),
};

test.each(["one", "several", "recent"] as const)(
  "P4: messages that are deleted are told so also when their files cannot be marked: %s",
  async (kind) => {
    await using api = await testApi();
    const { owner, serverId, channelId } = await seedCommunity(api);
    const [id = ""] = await seedMessages(api, channelId, owner.id, 1);
    const actor: Actor = { id: owner.id, user: owner.user, bot: false, sessionId: "" };
    const work = () => Promise.reject(new Error("away"));
    const deps = interleave(api.deps, {
      repository: "attachments",
      method: "markDeletedByMessages",
      when: "before",
      work,
    });

    expect(String(await errorOf(deletions[kind](deps, actor, { serverId, channelId, id })))).toContain("away");

    expect(await api.deps.store.messages.get(id)).toBeNull();
    const told = kind === "one" ? { type: "MessageDelete", id } : { type: "BulkMessageDelete", ids: [id] };
    expect((await api.takeEvents()).map(({ event }) => event)).toMatchObject([{ ...told, channel: channelId }]);
  },
);
