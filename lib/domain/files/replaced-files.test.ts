/** Of two edits of a picture at once, every file that is no longer shown afterwards is marked as deleted (P12). */
import { describe, expect, test } from "bun:test";
import { DataEditChannel } from "@lib/contract/channels.ts";
import { DataEditRole } from "@lib/contract/roles.ts";
import { DataEditServer } from "@lib/contract/servers.ts";
import type { Actor } from "@lib/domain/actor.ts";
import { editChannel } from "@lib/domain/channels/edit-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { editMember } from "@lib/domain/members/edit-member.ts";
import { editRole } from "@lib/domain/roles/edit-role.ts";
import { editServer } from "@lib/domain/servers/edit-server.ts";
import { during } from "@tests/harness/during.ts";
import { type Profile, profiles } from "@tests/harness/profiles.ts";
import { seedFile, seedMember, seedRole, seedServer, seedUser } from "@tests/harness/seed.ts";
import { seedGroup } from "@tests/harness/seed-chat.ts";
import { testApi } from "@tests/harness/test-api.ts";

/** Something of everything that has a picture. */
async function scene(profile: Profile) {
  const api = await testApi({ profile });
  const [owner, plain] = [await seedUser(api), await seedUser(api)];
  const role = seedRole(api, { rank: 1 });
  const { id, channelId } = await seedServer(api, owner, { roles: { [role._id]: role } });
  await seedMember(api, { id }, plain);
  const group = await seedGroup(api, owner, []);
  const actor: Actor = { id: owner.id, user: owner.user, bot: false, sessionId: "" };
  const ofServer = (fields: object) => (deps: Deps) =>
    editServer(deps, actor, { target: id, data: DataEditServer.parse(fields), reason: null, hasTicket: false });
  const ofChannel = (target: string) => (fields: object) => (deps: Deps) =>
    editChannel(deps, actor, { target, data: DataEditChannel.parse(fields), reason: null });
  const ofRole = (fields: object) => (deps: Deps) =>
    editRole(deps, actor, { target: id, role_id: role._id, data: DataEditRole.parse(fields), reason: null });
  return {
    deps: api.deps,
    upload: async (tag: string) => (await seedFile(api, tag))._id,
    edits: { server: ofServer, channel: ofChannel(channelId), group: ofChannel(group), role: ofRole },
    editAvatar: (fields: { avatar?: string; remove?: ["Avatar"] }) => (deps: Deps) => {
      const target = { server_id: id, member_id: owner.id, reason: null };
      return editMember(deps, actor, { ...target, remove: [], ...fields });
    },
    /** Which of the files are marked as deleted. */
    async deleted(files: readonly string[]) {
      const stored = await api.deps.store.attachments.listByIds(files);
      return files.filter((file) => stored.some(({ _id, deleted }) => _id === file && deleted));
    },
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

/** Where the edit that is asked for first has found the old picture, and not stored its own yet. */
const cases = [
  ["server", "icon", "icons", { repository: "servers", method: "update" }],
  ["server", "banner", "banners", { repository: "servers", method: "update" }],
  ["channel", "icon", "icons", { repository: "channels", method: "update" }],
  ["group", "icon", "icons", { repository: "channels", method: "update" }],
  ["role", "icon", "icons", { repository: "servers", method: "updateRole" }],
] as const;

describe.each(profiles)("pictures edited at once on $name", (profile) => {
  test.each(cases)("of two edits of the %s's %s the file that is replaced goes", async (kind, field, tag, point) => {
    await using s = await scene(profile);
    const [old, first, second] = [await s.upload(tag), await s.upload(tag), await s.upload(tag)];
    const edit = s.edits[kind];
    await edit({ [field]: old })(s.deps);

    const edits = { first: edit({ [field]: first }), second: edit({ [field]: second }) };
    await during(s.deps, { ...point, when: "before", ...edits });

    expect(await s.deleted([old, first, second])).toEqual([old, first]);
  });

  test("a member's avatar that is set while another is removed goes", async () => {
    await using s = await scene(profile);
    const avatar = await s.upload("avatars");

    await during(s.deps, {
      repository: "members",
      method: "update",
      when: "before",
      first: s.editAvatar({ avatar }),
      second: s.editAvatar({ remove: ["Avatar"] }),
    });

    expect(await s.deleted([avatar])).toEqual([avatar]);
  });
});
