import { describe, expect, test } from "bun:test";
import * as contract from "@lib/contract/servers.ts";
import { answer } from "@tests/harness/answer.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { auditLog, seedMember, seedServer, seedUser } from "@tests/harness/seed.ts";
import { type SettingsInput, type TestApi, testApi } from "@tests/harness/test-api.ts";

const limitedTo = (server_channels: number): SettingsInput => ({
  features: { limits: { global: { server_channels } } },
});

async function community(api: TestApi) {
  const [owner, plain, outsider] = [await seedUser(api), await seedUser(api), await seedUser(api)];
  const server = await seedServer(api, owner);
  await seedMember(api, server, plain);
  const create = ({ client }: Pick<typeof owner, "client">, body: unknown) =>
    answer(client, contract.createServerChannel, { params: { server: server.id }, body });
  return { owner, plain, outsider, server, create };
}

describe.each(profiles)("creating channels of servers, $name", (profile) => {
  test("servers-32: 403 without ManageChannel, 404 without a server, and nothing happens", async () => {
    await using api = await testApi({ profile });
    const { owner, plain, outsider, create } = await community(api);
    for (const somebody of [plain, outsider]) {
      expect(await create(somebody, { name: "c" })).toMatchObject([
        403,
        { type: "MissingPermission", permission: "ManageChannel" },
      ]);
    }
    const nowhere = { params: { server: "nowhere" }, body: { name: "c" } };
    expect(await answer(owner.client, contract.createServerChannel, nowhere)).toMatchObject([
      404,
      { type: "NotFound" },
    ]);
    expect(await api.takeEventTypes()).toEqual([]);
  });

  test("servers-33: voice information makes a channel one to speak in, whatever the type", async () => {
    await using api = await testApi({ profile });
    const { owner, create } = await community(api);
    const type = { channel_type: "TextChannel" };
    expect(await create(owner, { name: "v", type: "Voice" })).toMatchObject([200, { ...type, voice: {} }]);
    const [, text] = await create(owner, { name: "t", description: null, nsfw: true });
    expect(text).toMatchObject({ ...type, name: "t", nsfw: true });
    expect(text).not.toHaveProperty("voice");
    for (const max_users of [5, 0]) {
      expect(await create(owner, { name: "t", voice: { max_users } })).toMatchObject([200, { voice: { max_users } }]);
    }
    for (const body of [{ name: "t", type: "Category" }, { name: "t", voice: { max_users: -1 } }, {}]) {
      expect((await create(owner, body))[0]).toBe(422);
    }
    expect(await create(owner, { name: "" })).toMatchObject([400, { type: "FailedValidation" }]);
  });

  test("servers-34: the server's list, then the channel is announced, and it is logged", async () => {
    await using api = await testApi({ profile });
    const { owner, server, create } = await community(api);
    const [status, channel] = await create(owner, { name: "c" });
    const { _id } = channel as { _id: string };
    expect([status, channel]).toEqual([200, { channel_type: "TextChannel", _id, server: server.id, name: "c" }]);
    expect(await api.takeEvents()).toMatchObject([
      {
        topics: [server.id],
        event: { type: "ServerUpdate", id: server.id, data: { channels: [server.channelId, _id] }, clear: [] },
      },
      { topics: [server.id], event: { type: "ChannelCreate", ...(channel as object) } },
    ]);
    expect(await auditLog(api, server.id)).toMatchObject([
      { user: owner.id, action: { type: "ChannelCreate", channel: _id, name: "c" } },
    ]);
  });

  test("servers-35, P24: 400 at the limit of channels, exactly", async () => {
    await using api = await testApi({ profile, settings: limitedTo(2) });
    const { owner, create } = await community(api);
    expect((await create(owner, { name: "second" }))[0]).toBe(200);
    expect(await create(owner, { name: "third" })).toMatchObject([400, { type: "TooManyChannels", max: 2 }]);
  });

  test("P13: of channels created at once all are listed, and no more than the limit", async () => {
    await using api = await testApi({ profile, settings: limitedTo(6) });
    const { owner, server, create } = await community(api);
    const answers = await Promise.all(Array.from({ length: 8 }, (_, at) => create(owner, { name: `c${at}` })));
    const created = answers.filter(([status]) => status === 200).map(([, body]) => (body as { _id: string })._id);
    const listed = (await api.deps.store.servers.get(server.id))?.channels ?? [];
    expect(created).toHaveLength(5);
    expect([...listed].sort()).toEqual([server.channelId, ...created].sort());
    expect((await api.deps.store.channels.listIdsByServer(server.id)).sort()).toEqual([...listed].sort());
  });
});
