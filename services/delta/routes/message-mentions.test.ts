import { describe, expect, test } from "bun:test";
import type { PermissionName } from "@lib/permission/permissions.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { seedRole, seedUser } from "@tests/harness/seed.ts";
import {
  bits,
  refusal,
  seedCommunity,
  seedDirect,
  seedGroup,
  seedMessages,
  seedSavedMessages,
  send,
  sent,
} from "@tests/harness/seed-chat.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";

const missing = (permission: string) => ({ status: 403, type: "MissingPermission", permission });

/** A community with a role that nobody has yet, which sees what others do not. */
async function withRole(api: TestApi, more: PermissionName[] = [], hidden = false) {
  const role = seedRole(api, { permissions: { a: Number(bits("ViewChannel")), d: 0 } });
  const denied = { a: 0, d: Number(bits("ViewChannel")) };
  const channel = hidden ? { default_permissions: denied } : {};
  return { role, ...(await seedCommunity(api, { more, server: { roles: { [role._id]: role } }, channel })) };
}

describe.each(profiles)("mentions, $name", (profile) => {
  test("messages-42, permissions-35: only members who can see the channel are mentioned", async () => {
    await using api = await testApi({ profile });
    const { owner, alice, bob, outsider, role, serverId, channelId } = await withRole(api, [], true);
    const content = `<@${bob.id}> <@${outsider.id}> <@${api.deps.ids.ulid()}>`;

    expect(await sent(owner, channelId, content)).not.toHaveProperty("mentions");
    await api.deps.store.members.update({ server: serverId, user: bob.id }, { roles: [role._id] });
    expect((await sent(owner, channelId, content)).mentions).toEqual([bob.id]);
    await api.deps.store.users.update(alice.id, { privileged: true });
    expect((await sent(owner, channelId, `<@${alice.id}> <@${owner.id}>`)).mentions?.toSorted()).toEqual(
      [alice.id, owner.id].toSorted(),
    );
  });

  test("messages-43: in conversations only those who take part are mentioned, in saved messages nobody", async () => {
    await using api = await testApi({ profile });
    const [a, b, c] = await Promise.all([seedUser(api), seedUser(api), seedUser(api)]);
    const [direct, group, saved] = [
      await seedDirect(api, a, b),
      await seedGroup(api, a, [b]),
      await seedSavedMessages(api, a),
    ];
    expect(await sent(a, direct, `<@${c.id}>`)).not.toHaveProperty("mentions");
    expect((await sent(a, group, `<@${c.id}> <@${b.id}>`)).mentions).toEqual([b.id]);
    expect(await sent(a, saved, `<@${a.id}> <@${b.id}>`)).not.toHaveProperty("mentions");
  });

  test("messages-44, permissions-36: mass mentions need their permissions, and in code they are none", async () => {
    await using api = await testApi({ profile });
    const { alice, role, channelId } = await withRole(api);
    const able = await withRole(api, ["MentionEveryone", "MentionRoles"]);
    const both = `@everyone <%${role._id}>`;

    expect(await refusal(await send(alice, channelId, "@everyone"))).toEqual(missing("MentionEveryone"));
    expect(await refusal(await send(alice, channelId, "@online"))).toEqual(missing("MentionEveryone"));
    expect(await refusal(await send(alice, channelId, `<%${role._id}>`))).toEqual(missing("MentionRoles"));
    expect(await refusal(await send(alice, channelId, both))).toEqual(missing("MentionEveryone"));
    expect(await api.takeEvents()).toEqual([]);
    const inCode = await sent(alice, channelId, `\`${both}\``);
    expect([inCode.flags, inCode.role_mentions]).toEqual([undefined, undefined]);
    const message = await sent(able.alice, able.channelId, `@everyone <%${able.role._id}>`);
    expect(message).toMatchObject({ flags: 4, role_mentions: [able.role._id] });
  });

  test("messages-45, permissions-37: @everyone in a direct message of friends is refused", async () => {
    await using api = await testApi({ profile });
    const [a, b] = await Promise.all([seedUser(api), seedUser(api)]);
    const channelId = await seedDirect(api, a, b);
    expect(await refusal(await send(a, channelId, "@everyone"))).toEqual(missing("MentionEveryone"));
  });

  test("messages-46: a role that the server does not have is not mentioned and needs no permission", async () => {
    await using api = await testApi({ profile });
    const { alice, channelId } = await withRole(api);
    expect(await sent(alice, channelId, `<%${api.deps.ids.ulid()}>`)).not.toHaveProperty("role_mentions");
  });

  test("messages-47: @online is flag 8 and is unread for nobody", async () => {
    await using api = await testApi({ profile });
    const { alice, bob, channelId } = await withRole(api, ["MentionEveryone"]);
    expect((await sent(alice, channelId, "@online")).flags).toBe(8);
    expect(await api.deps.store.unreads.get(channelId, bob.id)).toBeNull();
  });

  test("messages-48: where mass mentions are off they are plain text", async () => {
    await using api = await testApi({ profile, settings: { features: { mass_mentions_enabled: false } } });
    const { owner, alice, role, channelId } = await withRole(api);
    for (const author of [alice, owner]) {
      const message = await sent(author, channelId, `@everyone @online <%${role._id}>`);
      expect([message.flags, message.role_mentions]).toEqual([undefined, undefined]);
    }
  });

  test("messages-50: on a server that everybody can find, new accounts mention by text only", async () => {
    await using api = await testApi({ profile });
    const { bob, serverId, channelId } = await seedCommunity(api, { server: { discoverable: true } });
    const newcomer = await seedUser(api, {}, { isNew: true });
    await api.deps.store.members.join({ server: serverId, user: newcomer.id }, api.clock.now());
    const [first = ""] = await seedMessages(api, channelId, bob.id, [{}]);
    const reply = { content: "hi", replies: [{ id: first, mention: true }] };

    expect(await sent(newcomer, channelId, reply)).not.toHaveProperty("mentions");
    expect((await sent(newcomer, channelId, `<@${bob.id}>`)).mentions).toEqual([bob.id]);
    api.clock.advance(12 * 3_600_000);
    expect((await sent(newcomer, channelId, reply)).mentions).toEqual([bob.id]);
  });

  test("messages-39, messages-41: a reply names its message once, and mentions the author when asked to", async () => {
    await using api = await testApi({ profile });
    const { alice, bob, outsider, channelId } = await seedCommunity(api);
    const [one = "", two = ""] = await seedMessages(api, channelId, bob.id, [{}, { author: outsider.id }]);

    const quiet = await sent(alice, channelId, {
      content: "hi",
      replies: [one, two, one].map((id) => ({ id, mention: false })),
    });
    expect(quiet.replies).toEqual([one, two]);
    expect(quiet).not.toHaveProperty("mentions");
    const loud = await sent(alice, channelId, {
      content: "hi",
      replies: [one, two].map((id) => ({ id, mention: true })),
    });
    expect(loud.mentions).toEqual([bob.id]);
    expect(await api.deps.store.unreads.get(channelId, bob.id)).toMatchObject({ mentions: [loud._id] });
  });

  test("messages-40: a reply to a message that is gone fails, or is left out on request", async () => {
    await using api = await testApi({ profile });
    const { alice, channelId } = await seedCommunity(api);
    const reply = (fail_if_not_exists?: boolean) =>
      send(alice, channelId, {
        content: "hi",
        replies: [
          { id: api.deps.ids.ulid(), mention: true, ...(fail_if_not_exists !== undefined && { fail_if_not_exists }) },
        ],
      });
    expect(await refusal(await reply())).toEqual({ status: 404, type: "NotFound" });
    expect(await refusal(await reply(true))).toEqual({ status: 404, type: "NotFound" });
    const left = (await (await reply(false)).json()) as object;
    expect(left).toHaveProperty("content", "hi");
    expect(left).not.toHaveProperty("replies");
  });

  test("P26: a message of a channel that the author cannot read cannot be replied to", async () => {
    await using api = await testApi({ profile });
    const [here, there] = [await seedCommunity(api), await seedCommunity(api)];
    const [foreign = ""] = await seedMessages(api, there.channelId, there.owner.id, [{}]);
    const replies = [{ id: foreign, mention: true }];

    expect(await refusal(await send(here.alice, here.channelId, { content: "hi", replies }))).toEqual({
      status: 404,
      type: "NotFound",
    });
    await api.deps.store.members.join({ server: there.serverId, user: here.alice.id }, api.clock.now());
    expect((await sent(here.alice, here.channelId, { content: "hi", replies })).replies).toEqual([foreign]);
  });
});
