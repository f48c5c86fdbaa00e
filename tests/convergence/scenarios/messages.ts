import * as acks from "@lib/contract/acks.ts";
import * as messages from "@lib/contract/messages.ts";
import * as reactions from "@lib/contract/reactions.ts";
import { MessageFlag } from "@lib/model/flags.ts";
import { type Scenarios, prepared, scenario } from "@tests/convergence/scenario.ts";
import { seedMessages } from "@tests/harness/seed-chat.ts";

/** Messages, reactions and how far they were read. */
export const messageScenarios: Scenarios = {
  [messages.sendMessage.id]: [
    scenario("in a channel for everybody", ({ member, generalId: target }) =>
      member.client.call(messages.sendMessage, { params: { target }, body: { content: "hello" } }),
    ),
    scenario("in a channel for staff, with mentions of who cannot see it, too", (cast) =>
      cast.member.client.call(messages.sendMessage, {
        params: { target: cast.secretId },
        body: { content: `<@${cast.owner.id}> <@${cast.restricted.id}> <@${cast.outsider.id}> <@${cast.bot.id}>` },
      }),
    ),
    scenario("in reply, with a mention", ({ bot, generalId: target, messageIds: [id] }) =>
      bot.client.call(messages.sendMessage, {
        params: { target },
        body: { content: "yes", replies: [{ id, mention: true, fail_if_not_exists: true }] },
      }),
    ),
    scenario("to everybody at once", ({ member, generalId: target }) =>
      member.client.call(messages.sendMessage, { params: { target }, body: { content: "@everyone" } }),
    ),
    scenario("in a group", ({ friend, groupId: target }) =>
      friend.client.call(messages.sendMessage, { params: { target }, body: { content: "hello" } }),
    ),
    scenario("silently in a conversation", ({ friend, directId: target }) =>
      friend.client.call(messages.sendMessage, {
        params: { target },
        body: { content: "psst", flags: MessageFlag.SuppressNotifications },
      }),
    ),
    prepared("in a conversation that was closed", async ({ api, owner, directId: target }) => {
      await api.deps.store.channels.update(target, { active: false });
      return () => owner.client.call(messages.sendMessage, { params: { target }, body: { content: "still there?" } });
    }),
  ],
  [messages.editMessage.id]: [
    scenario("its content", ({ owner, generalId: target, messageIds: [msg] }) =>
      owner.client.call(messages.editMessage, { params: { target, msg }, body: { content: "changed" } }),
    ),
  ],
  [messages.deleteMessage.id]: [
    scenario("the newest, with a mention", ({ owner, generalId: target, messageIds: [, msg] }) =>
      owner.client.call(messages.deleteMessage, { params: { target, msg } }),
    ),
    scenario("an older one", ({ member, generalId: target, messageIds: [msg] }) =>
      member.client.call(messages.deleteMessage, { params: { target, msg } }),
    ),
    scenario("the only one of a hidden channel", ({ owner, secretId: target, secretMessageId: msg }) =>
      owner.client.call(messages.deleteMessage, { params: { target, msg } }),
    ),
    prepared("of a group, unread", async ({ api, owner, friend, groupId: target }) => {
      const [msg = ""] = await seedMessages(api, target, owner.id, [{}]);
      await api.deps.store.unreads.addMentions(target, [friend.id], [msg]);
      return () => owner.client.call(messages.deleteMessage, { params: { target, msg } });
    }),
  ],
  [messages.bulkDeleteMessages.id]: [
    scenario("all of a channel", ({ owner, generalId: target, messageIds }) =>
      owner.client.call(messages.bulkDeleteMessages, { params: { target }, body: { ids: messageIds } }),
    ),
    prepared("the newest but one stays", async ({ api, owner, secretId: target, secretMessageId }) => {
      const ids = await seedMessages(api, target, owner.id, [{}, {}]);
      return () =>
        owner.client.call(messages.bulkDeleteMessages, {
          params: { target },
          body: { ids: [...ids, api.deps.ids.ulid(), `${secretMessageId.slice(0, -1)}0`] },
        });
    }),
  ],
  [messages.pinMessage.id]: [
    scenario("for everybody", ({ owner, generalId: target, messageIds: [msg] }) =>
      owner.client.call(messages.pinMessage, { params: { target, msg } }),
    ),
    scenario("for staff", ({ owner, secretId: target, secretMessageId: msg }) =>
      owner.client.call(messages.pinMessage, { params: { target, msg } }),
    ),
  ],
  [messages.unpinMessage.id]: [
    prepared("a pinned one", async ({ owner, generalId: target, messageIds: [msg] }) => {
      await owner.client.call(messages.pinMessage, { params: { target, msg } });
      return () => owner.client.call(messages.unpinMessage, { params: { target, msg } });
    }),
  ],
  [reactions.addReaction.id]: [
    scenario("for staff", ({ bot, secretId: target, secretMessageId: msg }) =>
      bot.client.call(reactions.addReaction, { params: { target, msg, emoji: "👍" } }),
    ),
  ],
  [reactions.removeReaction.id]: [
    prepared("an own one", async ({ member, generalId: target, messageIds: [msg] }) => {
      const params = { target, msg, emoji: "👍" };
      await member.client.call(reactions.addReaction, { params });
      return () => member.client.call(reactions.removeReaction, { params });
    }),
  ],
  [reactions.clearReactions.id]: [
    prepared("of a message", async ({ owner, generalId: target, messageIds: [msg] }) => {
      await owner.client.call(reactions.addReaction, { params: { target, msg, emoji: "👍" } });
      return () => owner.client.call(reactions.clearReactions, { params: { target, msg } });
    }),
  ],
  [acks.ackChannel.id]: [
    scenario("a mention", ({ restricted, generalId: target, messageIds: [, message] }) =>
      restricted.client.call(acks.ackChannel, { params: { target, message } }),
    ),
    prepared("back to an older message", async ({ restricted, generalId: target, messageIds: [older, message] }) => {
      await restricted.client.call(acks.ackChannel, { params: { target, message } });
      return () => restricted.client.call(acks.ackChannel, { params: { target, message: older } });
    }),
    scenario("what is still to come", ({ api, member, secretId: target }) =>
      member.client.call(acks.ackChannel, { params: { target, message: api.deps.ids.ulid(4_000_000_000_000) } }),
    ),
  ],
  [acks.ackServer.id]: [
    scenario("by somebody who does not see all", ({ restricted, serverId: target }) =>
      restricted.client.call(acks.ackServer, { params: { target } }),
    ),
    scenario("by staff", ({ member, serverId: target }) => member.client.call(acks.ackServer, { params: { target } })),
  ],
};
