import { describe, expect, test } from "bun:test";
import * as contract from "@lib/contract/channel-invites.ts";
import { answer } from "@tests/harness/answer.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type Seeded, auditLog, seedBot, seedMember, seedServer, seedUser } from "@tests/harness/seed.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";

const CODE = /^[0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{8}$/;

async function community(api: TestApi) {
  const [a, outsider] = [await seedUser(api), await seedUser(api)];
  const b = await seedUser(api, { relations: [{ _id: a.id, status: "Friend" }] });
  await api.deps.store.users.setRelationship(a.id, b.id, "Friend");
  const server = await seedServer(api, a);
  await seedMember(api, server, b);
  const [group, direct] = [api.deps.ids.ulid(), api.deps.ids.ulid()];
  const recipients = [a.id, b.id];
  await api.deps.store.channels.insert({
    channel_type: "Group",
    _id: group,
    name: "g",
    owner: a.id,
    recipients,
    nsfw: false,
  });
  await api.deps.store.channels.insert({ channel_type: "DirectMessage", _id: direct, active: true, recipients });
  const invite = ({ client }: Pick<Seeded, "client">, target: string) =>
    answer(client, contract.createInvite, { params: { target }, headers: { "X-Audit-Log-Reason": "r" } });
  return { a, b, outsider, server, text: server.channelId, group, direct, invite };
}

describe.each(profiles)("invites of channels, $name", (profile) => {
  test("messages-25, users-60, servers-82: a channel of a server invites to the server, which is logged", async () => {
    await using api = await testApi({ profile });
    const { b, server, text, invite } = await community(api);
    const [status, body] = await invite(b, text);
    const { _id } = body as { _id: string };
    expect([status, body]).toEqual([200, { type: "Server", _id, server: server.id, creator: b.id, channel: text }]);
    expect(_id).toMatch(CODE);
    expect(await api.deps.store.invites.get(_id)).toEqual(body as never);
    expect(await auditLog(api, server.id)).toMatchObject([
      { user: b.id, reason: "r", action: { type: "InviteCreate", invite: _id, channel: text } },
    ]);
    expect((await invite(b, text))[1]).not.toMatchObject({ _id });
    expect(await api.takeEventTypes()).toEqual([]);
  });

  test("messages-25, users-60: a group invites to itself, a direct message or own notes to nothing", async () => {
    await using api = await testApi({ profile });
    const { a, b, outsider, group, direct, text, invite } = await community(api);
    const [status, body] = await invite(a, group);
    const { _id } = body as { _id: string };
    expect([status, body]).toEqual([200, { type: "Group", _id, creator: a.id, channel: group }]);
    expect(await invite(b, direct)).toMatchObject([400, { type: "InvalidOperation" }]);
    const notes = api.deps.ids.ulid();
    await api.deps.store.channels.insert({ channel_type: "SavedMessages", _id: notes, user: a.id });
    expect(await invite(a, notes)).toMatchObject([400, { type: "InvalidOperation" }]);
    expect(await invite(await seedBot(api, a), text)).toMatchObject([400, { type: "IsBot" }]);
    expect(await invite(outsider, text)).toMatchObject([
      403,
      { type: "MissingPermission", permission: "InviteOthers" },
    ]);
    expect(await invite(a, "nope")).toMatchObject([404, { type: "NotFound" }]);
  });

  test("P15: who has made very many invites makes no more until they delete some", async () => {
    await using api = await testApi({ profile });
    const { a, b, text, group, server, invite } = await community(api);
    const { invites } = api.deps.store;
    const made = { type: "Server", server: server.id, creator: b.id, channel: text } as const;
    await Promise.all(Array.from({ length: 999 }, (_, at) => invites.insert({ ...made, _id: `code${at}` })));
    expect((await invite(b, text))[0]).toBe(200);
    for (const target of [text, group]) {
      expect(await invite(b, target)).toMatchObject([400, { type: "InvalidOperation" }]);
    }
    expect(await invites.countByCreator(b.id)).toBe(1_000);
    expect((await invite(a, text))[0]).toBe(200);
    await invites.delete("code0");
    expect((await invite(b, text))[0]).toBe(200);
  });
});
