/** A file that was claimed for something that was not stored after all can be attached again (P10, P12). */
import { describe, expect, test } from "bun:test";
import { DataEditChannel } from "@lib/contract/channels.ts";
import { DataCreateGroup } from "@lib/contract/groups.ts";
import { DataEditMessage, DataMessageSend } from "@lib/contract/messages.ts";
import { DataEditRole } from "@lib/contract/roles.ts";
import { DataEditServer } from "@lib/contract/servers.ts";
import { DataEditUser } from "@lib/contract/users.ts";
import type { Actor } from "@lib/domain/actor.ts";
import { editChannel } from "@lib/domain/channels/edit-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { createGroup } from "@lib/domain/groups/create-group.ts";
import { editMember } from "@lib/domain/members/edit-member.ts";
import { editMessage } from "@lib/domain/messages/edit-message.ts";
import { sendMessage } from "@lib/domain/messages/send-message.ts";
import { editRole } from "@lib/domain/roles/edit-role.ts";
import { editServer } from "@lib/domain/servers/edit-server.ts";
import { editUser } from "@lib/domain/users/edit-user.ts";
import { StoreUnavailableError } from "@lib/store/database.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { interleave } from "@tests/harness/interleave.ts";
import { type Profile, profiles } from "@tests/harness/profiles.ts";
import { seedBot, seedFile, seedMember, seedRole, seedServer, seedUser } from "@tests/harness/seed.ts";
import { seedGroup, seedMessages } from "@tests/harness/seed-chat.ts";
import { testApi } from "@tests/harness/test-api.ts";

/** Something of everything that files are attached to. */
async function scene(profile: Profile) {
  const api = await testApi({ profile });
  const [owner, plain] = [await seedUser(api), await seedUser(api)];
  const bot = await seedBot(api, owner);
  const role = seedRole(api, { rank: 1 });
  const { id, channelId } = await seedServer(api, owner, { roles: { [role._id]: role } });
  await seedMember(api, { id }, plain);
  const group = await seedGroup(api, owner, [plain]);
  const [msg = ""] = await seedMessages(api, channelId, owner.id, 1);
  const actor: Actor = { id: owner.id, user: owner.user, bot: false, sessionId: "" };
  const { store, ids } = api.deps;
  const editOf = {
    server: (fields: object) => (deps: Deps) =>
      editServer(deps, actor, { target: id, data: DataEditServer.parse(fields), reason: null, hasTicket: true }),
    channel: (target: string, fields: object) => (deps: Deps) =>
      editChannel(deps, actor, { target, data: DataEditChannel.parse(fields), reason: null }),
  };
  return {
    deps: api.deps,
    upload: async (tag: string) => (await seedFile(api, tag))._id,
    /** Whether the file can still be attached to something. */
    isFree: async (tag: string, file: string) => {
      const stored = await store.attachments.get(tag, file);
      return stored !== null && stored.used_for === undefined;
    },
    /** Each attaches a file, and what happens meanwhile makes it fail. */
    attempts: {
      "an edit of a server that was given away": {
        attempt: (icon: string) => editOf.server({ icon, owner: plain.id }),
        meanwhile: () => store.servers.update(id, { owner: bot.id }),
      },
      "an edit of a server that was deleted": {
        attempt: (banner: string) => editOf.server({ banner }),
        meanwhile: () => store.servers.delete(id),
      },
      "an edit of a channel that was deleted": {
        attempt: (icon: string) => editOf.channel(channelId, { icon }),
        meanwhile: () => store.channels.delete(channelId),
      },
      "an edit of a group whose new owner has left": {
        attempt: (icon: string) => editOf.channel(group, { icon, owner: plain.id }),
        meanwhile: () => store.channels.removeRecipient(group, plain.id),
      },
      "an edit of a role that was deleted": {
        attempt: (icon: string) => (deps: Deps) =>
          editRole(deps, actor, { target: id, role_id: role._id, data: DataEditRole.parse({ icon }), reason: null }),
        meanwhile: () => store.servers.deleteRole(id, role._id),
      },
      "an edit of a member who has left": {
        attempt: (avatar: string) => (deps: Deps) =>
          editMember(deps, actor, { server_id: id, member_id: owner.id, reason: null, remove: [], avatar }),
        meanwhile: () => store.members.remove({ server: id, user: owner.id }, api.clock.now()),
      },
      "an edit of a bot that was deleted": {
        attempt: (avatar: string) => (deps: Deps) =>
          editUser(deps, actor, { target: bot.id, data: DataEditUser.parse({ avatar }) }),
        meanwhile: () => store.users.delete(bot.id),
      },
      "an edit of a message that was deleted": {
        attempt: (media: string) => (deps: Deps) =>
          editMessage(deps, actor, { target: channelId, msg, body: DataEditMessage.parse({ embeds: [{ media }] }) }),
        meanwhile: () => store.messages.deleteByIds([msg]),
      },
    },
    send: (deps: Deps, file: string) =>
      sendMessage(deps, actor, {
        target: channelId,
        body: DataMessageSend.parse({ content: "hello", attachments: [file] }),
        idempotencyKey: ids.ulid(),
      }),
    create: (deps: Deps, icon: string) =>
      createGroup(deps, actor, DataCreateGroup.parse({ name: "new", icon, users: [] })),
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

type Point = Pick<Parameters<typeof interleave>[1], "repository" | "method" | "when">;

/** The same ports, whose store goes away at some point of the next attempt. */
const awayAt = (deps: Deps, point: Point): Deps =>
  interleave(deps, {
    ...point,
    work: () => Promise.reject(new StoreUnavailableError("insert", "a collection", "away")),
  } as Parameters<typeof interleave>[1]); // the point is of one repository still

const edits = [
  ["an edit of a server that was given away", "icons", "MissingPermission"],
  ["an edit of a server that was deleted", "banners", "NotFound"],
  ["an edit of a channel that was deleted", "icons", "NotFound"],
  ["an edit of a group whose new owner has left", "icons", "NotInGroup"],
  ["an edit of a role that was deleted", "icons", "NotFound"],
  ["an edit of a member who has left", "avatars", "NotFound"],
  ["an edit of a bot that was deleted", "avatars", "NotFound"],
  ["an edit of a message that was deleted", "attachments", "NotFound"],
] as const;

describe.each(profiles)("files of what was not stored, on $name", (profile) => {
  test.each(edits)("P12: %s meanwhile leaves its file free", async (what, tag, type) => {
    await using s = await scene(profile);
    const { attempt, meanwhile } = s.attempts[what];
    const file = await s.upload(tag);
    const deps = interleave(s.deps, { repository: "attachments", method: "claim", when: "after", work: meanwhile });

    expect(await errorOf(attempt(file)(deps))).toMatchObject({ type });

    expect(await s.isFree(tag, file)).toBe(true);
  });

  test("P10: a message that could not be stored can be sent again with its attachment", async () => {
    await using s = await scene(profile);
    const file = await s.upload("attachments");
    const deps = awayAt(s.deps, { repository: "messages", method: "insert", when: "before" });

    expect(await errorOf(s.send(deps, file))).toBeInstanceOf(StoreUnavailableError);

    expect((await s.send(s.deps, file)).attachments?.map(({ _id }) => _id)).toEqual([file]);
  });

  test("P12: a group that could not be stored leaves its icon free", async () => {
    await using s = await scene(profile);
    const icon = await s.upload("icons");
    const deps = awayAt(s.deps, { repository: "channels", method: "insert", when: "before" });

    expect(await errorOf(s.create(deps, icon))).toBeInstanceOf(StoreUnavailableError);

    expect(await s.create(s.deps, icon)).toMatchObject({ icon: { _id: icon } });
  });

  test.each([
    ["message", "attachments", { repository: "messages", method: "insert", when: "after" }],
    ["group", "icons", { repository: "channels", method: "insert", when: "after" }],
  ] as const)("P12: a file stays with its %s when only the answer of the store was lost", async (what, tag, point) => {
    await using s = await scene(profile);
    const file = await s.upload(tag);
    const deps = awayAt(s.deps, point);

    const attempt: Promise<unknown> = what === "message" ? s.send(deps, file) : s.create(deps, file);
    expect(await errorOf(attempt)).toBeInstanceOf(StoreUnavailableError);

    expect(await s.isFree(tag, file)).toBe(false);
  });
});
