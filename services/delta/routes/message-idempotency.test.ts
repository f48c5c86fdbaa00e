import { describe, expect, test } from "bun:test";
import { profiles } from "@tests/harness/profiles.ts";
import { refusal, seedCommunity, send, sent } from "@tests/harness/seed-chat.ts";
import { testApi } from "@tests/harness/test-api.ts";

const key = (value: string) => ({ "Idempotency-Key": value });
const duplicate = { status: 409, type: "DuplicateNonce" };

describe.each(profiles)("idempotent sending, $name", (profile) => {
  test("P10, messages-32, http-48: a key sends once per author, whatever the message", async () => {
    await using api = await testApi({ profile });
    const { alice, bob, channelId } = await seedCommunity(api);

    expect((await send(alice, channelId, "one", key("abc"))).status).toBe(200);
    expect(await refusal(await send(alice, channelId, "two", key("abc")))).toMatchObject(duplicate);
    expect((await send(bob, channelId, "three", key("abc"))).status).toBe(200);
    expect(await api.takeEventTypes()).toEqual(["Message", "Message"]);
  });

  test("P10: of several sends at once with one key exactly one is stored", async () => {
    await using api = await testApi({ profile });
    const { alice, channelId } = await seedCommunity(api);
    const statuses = await Promise.all(
      Array.from({ length: 5 }, async () => (await send(alice, channelId, "hi", key("once"))).status),
    );
    expect(statuses.toSorted()).toEqual([200, 409, 409, 409, 409]);
    expect(await api.deps.store.messages.list({ channel: channelId })).toHaveLength(1);
  });

  test("http-49: keys have at most 64 bytes, and one that is not UTF-8 counts as absent", async () => {
    await using api = await testApi({ profile });
    const { alice, channelId } = await seedCommunity(api);
    expect((await send(alice, channelId, "hi", key("k".repeat(65)))).status).toBe(400);
    expect((await send(alice, channelId, "hi", key("k".repeat(64)))).status).toBe(200);
    for (let times = 0; times < 2; times++) {
      const response = await send(alice, channelId, "hi", key("\u00ff"));
      expect(await response.json()).toMatchObject({ nonce: expect.stringMatching(/^[0-9A-Z]{26}$/) });
    }
  });

  test("http-50: the key comes back as the nonce and stays with the message", async () => {
    await using api = await testApi({ profile });
    const { alice, channelId } = await seedCommunity(api);
    expect(await (await send(alice, channelId, "hi", key("abc"))).json()).toMatchObject({ nonce: "abc" });
    expect(await api.deps.store.messages.list({ channel: channelId })).toMatchObject([{ nonce: "abc" }]);
  });

  test("P10, messages-33, http-53: a key or nonce of a send that failed can be used again", async () => {
    await using api = await testApi({ profile });
    const { alice, channelId } = await seedCommunity(api);
    expect((await send(alice, channelId, {}, key("abc"))).status).toBe(422);
    expect((await send(alice, channelId, { content: 1 as never }, key("abc"))).status).toBe(422);
    expect((await send(alice, channelId, "hi", key("abc"))).status).toBe(200);
    expect((await send(alice, channelId, { nonce: "def" })).status).toBe(422);
    expect((await send(alice, channelId, { content: "hi", nonce: "def" })).status).toBe(200);
  });

  test("P10, messages-34, http-51: a nonce sends once per author", async () => {
    await using api = await testApi({ profile });
    const { alice, bob, channelId } = await seedCommunity(api);
    expect((await sent(alice, channelId, { content: "one", nonce: "n" })).nonce).toBe("n");
    expect(await refusal(await send(alice, channelId, { content: "two", nonce: "n" }))).toEqual(duplicate);
    expect(await refusal(await send(alice, channelId, "three", key("n")))).toMatchObject(duplicate);
    expect((await send(bob, channelId, { content: "four", nonce: "n" })).status).toBe(200);
  });

  test("http-52: a nonce wins over the header's key, and the same in both is refused", async () => {
    await using api = await testApi({ profile });
    const { alice, channelId } = await seedCommunity(api);
    const both = await send(alice, channelId, { content: "hi", nonce: "k" }, key("k"));
    expect(await refusal(both)).toEqual({ status: 400, type: "InvalidOperation" });
    const differing = await send(alice, channelId, { content: "hi", nonce: "k2" }, key("k1"));
    expect(await differing.json()).toMatchObject({ nonce: "k2" });
    expect(await refusal(await send(alice, channelId, "hi", key("k1")))).toMatchObject(duplicate);
    expect((await send(alice, channelId, "hi", key("k"))).status).toBe(200);
  });
});

test("http-54: keys are not remembered for ever", async () => {
  await using api = await testApi();
  const { alice, channelId } = await seedCommunity(api);
  expect((await send(alice, channelId, "hi", key("abc"))).status).toBe(200);
  api.clock.advance(3_600_001);
  expect((await send(alice, channelId, "hi", key("abc"))).status).toBe(200);
});
