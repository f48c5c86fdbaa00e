import { describe, expect, test } from "bun:test";
import { DataEditChannel } from "@lib/contract/channels.ts";
import { DataEditRole } from "@lib/contract/roles.ts";
import { DataEditServer } from "@lib/contract/servers.ts";
import { DataEditUser } from "@lib/contract/users.ts";
import type { Actor } from "@lib/domain/actor.ts";
import { editChannel } from "@lib/domain/channels/edit-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { editMember } from "@lib/domain/members/edit-member.ts";
import { editRole } from "@lib/domain/roles/edit-role.ts";
import { editServer } from "@lib/domain/servers/edit-server.ts";
import { setSettings } from "@lib/domain/sync/settings.ts";
import { editUser } from "@lib/domain/users/edit-user.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { interleave } from "@tests/harness/interleave.ts";
import { type Profile, profiles } from "@tests/harness/profiles.ts";
import { type Seeded, seedFile, seedMember, seedRole, seedServer, seedUser } from "@tests/harness/seed.ts";
import { seedGroup } from "@tests/harness/seed-chat.ts";
import { startOrWait } from "@tests/harness/start-or-wait.ts";
import { testApi } from "@tests/harness/test-api.ts";

const actorOf = ({ id, user }: Seeded): Actor => ({ id, user, bot: false, sessionId: "" });

/** Something of everything that has a picture and a name, and how its owner changes both. */
async function scene(profile: Profile) {
  const api = await testApi({ profile });
  const [icon, avatar] = [await seedFile(api, "icons"), await seedFile(api, "avatars")];
  const [owner, plain] = [await seedUser(api, { avatar }), await seedUser(api)];
  const role = seedRole(api, { rank: 1, icon });
  const server = await seedServer(api, owner, { icon, roles: { [role._id]: role } }, { icon });
  await seedMember(api, server, plain, { avatar });
  const group = await seedGroup(api, owner, [plain], { icon });
  const by = { actor: actorOf(owner), reason: null };
  const ofChannel = (target: string) => (deps: Deps, name: string) =>
    editChannel(deps, by.actor, { target, data: DataEditChannel.parse({ name, remove: ["Icon"] }), reason: null });
  const edits = {
    member: (deps: Deps, nickname: string) => {
      const target = { server_id: server.id, member_id: plain.id };
      return editMember(deps, by.actor, { ...target, nickname, remove: ["Avatar"], reason: null });
    },
    server: (deps: Deps, name: string) => {
      const data = DataEditServer.parse({ name, remove: ["Icon"] });
      return editServer(deps, by.actor, { target: server.id, data, reason: null, hasTicket: false });
    },
    role: (deps: Deps, name: string) => {
      const target = { target: server.id, role_id: role._id };
      const data = DataEditRole.parse({ name, remove: ["Icon"] });
      return editRole(deps, by.actor, { ...target, data, reason: null });
    },
    setting: (deps: Deps, name: string) => setSettings(deps, by.actor, { values: { name } }),
    user: (deps: Deps, display_name: string) => {
      const data = DataEditUser.parse({ display_name, remove: ["Avatar"] });
      return editUser(deps, by.actor, { target: "@me", data });
    },
    channel: ofChannel(server.channelId),
    group: ofChannel(group),
  };
  return {
    deps: api.deps,
    edits,
    /** The names that updates gave, in order. */
    async told(): Promise<unknown[]> {
      const events = (await api.takeEvents()).filter(({ event }) => event.type.endsWith("Update"));
      return events.map(({ event }) => {
        const data = Object(event["data"] ?? event["update"]) as Record<string, unknown>; // updates have an object there
        const name = data["name"] ?? data["nickname"] ?? data["display_name"];
        return Array.isArray(name) ? name[1] : name;
      });
    },
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

/** The same, but files are marked as deleted only after `work`. */
function marking(deps: Deps, work: () => Promise<unknown>): Deps {
  const { attachments } = deps.store;
  const markDeleted = async (ids: readonly string[]): Promise<void> => {
    await work();
    await attachments.markDeleted(ids);
  };
  return { ...deps, store: { ...deps.store, attachments: { ...attachments, markDeleted } } };
}

/** Where the first of two edits is stored, and not told yet. */
const storing = {
  member: { repository: "members", method: "update" },
  server: { repository: "servers", method: "update" },
  role: { repository: "servers", method: "updateRole" },
  user: { repository: "users", method: "update" },
  channel: { repository: "channels", method: "update" },
  group: { repository: "channels", method: "update" },
  setting: { repository: "userSettings", method: "set" },
} as const;

const kinds = ["member", "server", "role", "user", "channel", "group"] as const;

describe.each(profiles)("edits in order on $name", (profile) => {
  test.each(kinds)(
    "P4: of two edits of a %s the one stored last is told last, whatever becomes of old files",
    async (kind) => {
      await using s = await scene(profile);
      const edit = s.edits[kind];

      await edit(
        marking(s.deps, () => edit(s.deps, "second")),
        "first",
      );

      expect(await s.told()).toEqual(["first", "second"]);
    },
  );

  test.each(kinds)("an edit of a %s is told also when the old file cannot be marked as deleted", async (kind) => {
    await using s = await scene(profile);

    const edited = s.edits[kind](
      marking(s.deps, () => Promise.reject(new Error("away"))),
      "new",
    );

    expect(String(await errorOf(edited))).toContain("away");
    expect(await s.told()).toEqual(["new"]);
  });

  test.each([...kinds, "setting" as const])(
    "of two edits of a %s at once the one stored last is told last",
    async (kind) => {
      await using s = await scene(profile);
      let second = async (): Promise<unknown> => undefined;
      const work = async (): Promise<void> => {
        second = await startOrWait(s.deps, (deps) => s.edits[kind](deps, "second"));
      };

      await s.edits[kind](interleave(s.deps, { ...storing[kind], when: "after", work }), "first");
      await second();

      expect(await s.told()).toEqual(["first", "second"]);
    },
  );
});
