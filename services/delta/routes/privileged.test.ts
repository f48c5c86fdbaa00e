import { describe, expect, test } from "bun:test";
import { fetchChannel } from "@lib/contract/channels.ts";
import { listMembers } from "@lib/contract/members.ts";
import { fetchRole } from "@lib/contract/roles.ts";
import { fetchServer, listServerEmojis } from "@lib/contract/servers.ts";
import { answer } from "@tests/harness/answer.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { seedRole, seedServer, seedUser } from "@tests/harness/seed.ts";
import { testApi } from "@tests/harness/test-api.ts";

describe.each(profiles)("who is no member, $name", (profile) => {
  test("permissions-23: a privileged user reads every channel, but no server", async () => {
    await using api = await testApi({ profile });
    const [owner, friend] = [await seedUser(api), await seedUser(api)];
    const privileged = await seedUser(api, { privileged: true });
    const server = await seedServer(api, owner);
    const { channels } = api.deps.store;
    const [groupId, directId] = [api.deps.ids.ulid(), api.deps.ids.ulid()];
    const recipients = [owner.id, friend.id];
    await channels.insert({ channel_type: "Group", _id: groupId, name: "g", owner: owner.id, recipients, nsfw: false });
    await channels.insert({ channel_type: "DirectMessage", _id: directId, active: true, recipients });

    for (const target of [server.channelId, groupId, directId]) {
      expect(await answer(privileged.client, fetchChannel, { params: { target } })).toMatchObject([
        200,
        { _id: target },
      ]);
    }
    expect(await answer(privileged.client, fetchServer, { params: { target: server.id } })).toMatchObject([
      404,
      { type: "NotFound" },
    ]);
  });

  test("permissions-42: members, roles and emoji of a server are not found by outsiders", async () => {
    await using api = await testApi({ profile });
    const [owner, outsider] = [await seedUser(api), await seedUser(api)];
    const role = seedRole(api, {});
    const server = await seedServer(api, owner, { roles: { [role._id]: role } });
    const ofServer = { params: { target: server.id } };
    const ofRole = { params: { target: server.id, role_id: role._id } };
    for (const [route, sent] of [
      [listMembers, ofServer],
      [listServerEmojis, ofServer],
      [fetchRole, ofRole],
    ] as const) {
      expect((await answer(owner.client, route, sent))[0]).toBe(200);
      expect(await answer(outsider.client, route, sent)).toMatchObject([404, { type: "NotFound" }]);
    }
  });
});
