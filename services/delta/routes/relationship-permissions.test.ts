import { describe, expect, test } from "bun:test";
import * as permissions from "@lib/contract/channel-permissions.ts";
import * as channels from "@lib/contract/channels.ts";
import * as direct from "@lib/contract/direct-messages.ts";
import * as messages from "@lib/contract/messages.ts";
import * as users from "@lib/contract/users.ts";
import { answer } from "@tests/harness/answer.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type Seeded, seedBot, seedMember, seedServer, seedUser } from "@tests/harness/seed.ts";
import { testApi } from "@tests/harness/test-api.ts";

const lacks = (permission: string) => [403, { type: "MissingPermission", permission }];
const open = ({ client }: Seeded, { id }: { id: string }) =>
  answer(client, direct.openDirectMessage, { params: { target: id } });
const send = ({ client }: Seeded, target: string) =>
  answer(client, messages.sendMessage, { params: { target }, body: { content: "hi" } });
const read = ({ client }: Seeded, target: string) => answer(client, messages.queryMessages, { params: { target } });
const see = ({ client }: Seeded, { id }: { id: string }) => answer(client, users.fetchUser, { params: { target: id } });
const profileOf = ({ client }: Seeded, { id }: { id: string }) =>
  answer(client, users.fetchUserProfile, { params: { target: id } });

describe.each(profiles)("what people may do with each other, $name", (profile) => {
  test("permissions-6: in a group everybody writes, until its owner takes that away", async () => {
    await using api = await testApi({ profile });
    const [owner, plain] = [await seedUser(api), await seedUser(api)];
    const _id = api.deps.ids.ulid();
    const made = { name: "g", owner: owner.id, recipients: [owner.id, plain.id], nsfw: false };
    await api.deps.store.channels.insert({ channel_type: "Group", _id, ...made });
    expect((await send(plain, _id))[0]).toBe(200);
    const sent = { params: { target: _id }, body: { permissions: 0 } };
    expect((await answer(owner.client, permissions.setChannelDefaultPermissions, sent))[0]).toBe(200);
    expect(await send(plain, _id)).toMatchObject(lacks("SendMessage"));
    expect((await answer(plain.client, channels.fetchChannel, { params: { target: _id } }))[0]).toBe(200);
    expect((await read(plain, _id))[0]).toBe(200);
  });

  test("permissions-7, permissions-8: strangers of one server see each other and do not write", async () => {
    await using api = await testApi({ profile });
    const [a, b, c] = [await seedUser(api), await seedUser(api), await seedUser(api)];
    const server = await seedServer(api, a);
    await seedMember(api, server, b);
    expect(await open(a, b)).toMatchObject(lacks("SendMessage"));
    expect((await profileOf(a, b))[0]).toBe(200);
    expect(await profileOf(a, c)).toMatchObject(lacks("ViewProfile"));
    expect(await see(a, c)).toMatchObject(lacks("Access"));
  });

  test("permissions-9: somebody who shares a server with a bot may write to it", async () => {
    await using api = await testApi({ profile });
    const a = await seedUser(api);
    const bot = await seedBot(api, await seedUser(api));
    await seedMember(api, await seedServer(api, a), bot);
    expect((await open(a, bot))[0]).toBe(200);
  });

  test("permissions-10: a block leaves both with reading their direct message", async () => {
    await using api = await testApi({ profile });
    const [a, b] = [await seedUser(api), await seedUser(api)];
    const { users: stored, channels: places } = api.deps.store;
    await stored.setRelationship(a.id, b.id, "Blocked");
    await stored.setRelationship(b.id, a.id, "BlockedOther");
    const _id = api.deps.ids.ulid();
    await places.insert({ channel_type: "DirectMessage", _id, active: true, recipients: [a.id, b.id] });
    for (const somebody of [a, b]) {
      expect(await send(somebody, _id)).toMatchObject(lacks("SendMessage"));
      expect((await read(somebody, _id))[0]).toBe(200);
    }
  });

  test("permissions-11: who asks to be a friend is seen, without profile", async () => {
    await using api = await testApi({ profile });
    const [a, b] = [await seedUser(api), await seedUser(api)];
    await api.deps.store.users.setRelationship(a.id, b.id, "Incoming");
    await api.deps.store.users.setRelationship(b.id, a.id, "Outgoing");
    expect((await see(a, b))[0]).toBe(200);
    expect(await profileOf(a, b)).toMatchObject(lacks("ViewProfile"));
  });

  test("permissions-12: the owner of a bot that they share nothing with cannot see it", async () => {
    await using api = await testApi({ profile });
    const owner = await seedUser(api);
    expect(await see(owner, await seedBot(api, owner))).toMatchObject(lacks("Access"));
  });
});
