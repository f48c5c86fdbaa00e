import { expect, test } from "bun:test";
import { replaceLastMessage } from "@lib/domain/messages/replace-last-message.ts";
import { seedCommunity, seedMessages, sent } from "@tests/harness/seed-chat.ts";
import { testApi } from "@tests/harness/test-api.ts";

test("P11: a message that is deleted while it becomes the last one does not stay it", async () => {
  await using api = await testApi();
  const { alice, channelId } = await seedCommunity(api);
  const [first = "", second = "", third = ""] = await seedMessages(api, channelId, alice.id, [{}, {}, {}]);
  const { messages } = api.deps.store;
  await messages.delete(channelId, third);
  const getNewestId = async (channel: string) => {
    const newest = await messages.getNewestId(channel);
    await messages.delete(channel, second); // by somebody else, just now
    return newest;
  };

  const store = { ...api.deps.store, messages: { ...messages, getNewestId } };
  await replaceLastMessage({ store, bus: api.deps.bus }, channelId, third);

  expect(await api.deps.store.channels.get(channelId)).toMatchObject({ last_message_id: first });
  expect((await api.takeEvents()).map(({ event }) => event)).toMatchObject([
    { type: "ChannelUpdate", data: { last_message_id: first } },
  ]);
});

test("P11: a message sent while the newest one is deleted is not undone by what is told of the one before", async () => {
  await using api = await testApi();
  const { alice, channelId } = await seedCommunity(api);
  const [first = "", second = ""] = await seedMessages(api, channelId, alice.id, [{}, {}]);
  const { channels, messages } = api.deps.store;
  await messages.delete(channelId, second);
  const replaced: typeof channels.replaceLastMessage = async (...change) => {
    const channel = await channels.replaceLastMessage(...change);
    await sent(alice, channelId, "third"); // by somebody else, just now
    return channel;
  };

  const store = { ...api.deps.store, channels: { ...channels, replaceLastMessage: replaced } };
  await replaceLastMessage({ store, bus: api.deps.bus }, channelId, second);

  const third = await messages.getNewestId(channelId);
  expect(third).not.toBe(first);
  expect(await channels.get(channelId)).toMatchObject({ last_message_id: third });
  expect(await api.takeEventTypes()).toEqual(["Message"]);
});
