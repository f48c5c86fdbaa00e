import { expect, test } from "bun:test";
import { deleteRecentMessages } from "@lib/domain/bans/delete-recent-messages.ts";
import { seedCommunity, seedMessages } from "@tests/harness/seed-chat.ts";
import { testApi } from "@tests/harness/test-api.ts";

test("servers-55: however much somebody wrote in however many channels goes, what others wrote in between stays", async () => {
  await using api = await testApi();
  const { owner, alice, serverId, channelId } = await seedCommunity(api);
  const other = await seedCommunity(api);
  const written = Array.from({ length: 1_002 }, (_, i) => ({ author: i % 2 === 0 ? alice.id : owner.id }));
  const many = await seedMessages(api, channelId, alice.id, written);
  const few = await seedMessages(api, other.channelId, alice.id, 2);
  const channels = [channelId, "empty", other.channelId];

  await deleteRecentMessages(api.deps, { _id: serverId, channels }, alice.id, 60);

  const deleted = many.filter((_, i) => i % 2 === 0);
  const told = (await api.takeEvents()).map(({ event }) => event).filter(({ type }) => type === "BulkMessageDelete");
  expect(told).toMatchObject([
    { channel: channelId, ids: deleted },
    { channel: other.channelId, ids: few },
  ]);
  const left = await api.deps.store.messages.listByIds([...many, ...few]);
  expect(left.map(({ author }) => author)).toEqual(Array.from({ length: 501 }, () => owner.id));
});

test("who wrote very much is told to be gone in parts, and the channel points to what is left", async () => {
  await using api = await testApi();
  const { owner, alice, serverId, channelId } = await seedCommunity(api);
  const [kept] = await seedMessages(api, channelId, owner.id, 1);
  const many = await seedMessages(api, channelId, alice.id, 10_001);

  await deleteRecentMessages(api.deps, { _id: serverId, channels: [channelId] }, alice.id, 60);

  const told = (await api.takeEvents()).map(({ event }) => event);
  expect(told).toMatchObject([
    { type: "BulkMessageDelete", ids: many.slice(0, 10_000) },
    { type: "ChannelUpdate", data: { last_message_id: kept } },
    { type: "BulkMessageDelete", ids: many.slice(10_000) },
  ]);
  expect(await api.deps.store.channels.get(channelId)).toMatchObject({ last_message_id: kept });
});
