import { expect, test } from "bun:test";
import { replaceLastMessage } from "@lib/domain/messages/replace-last-message.ts";
import { seedCommunity, seedMessages } from "@tests/harness/seed-chat.ts";
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
