import { DataEditChannel } from "@lib/contract/channels.ts";
import { DataCreateGroup } from "@lib/contract/groups.ts";
import { DataMessageSend } from "@lib/contract/messages.ts";
import { DataEditUser } from "@lib/contract/users.ts";
import { ackChannel } from "@lib/domain/acks/ack-channel.ts";
import { createBot } from "@lib/domain/bots/create-bot.ts";
import { deleteBot } from "@lib/domain/bots/delete-bot.ts";
import { inviteBot } from "@lib/domain/bots/invite-bot.ts";
import { deleteChannel } from "@lib/domain/channels/delete-channel.ts";
import { editChannel } from "@lib/domain/channels/edit-channel.ts";
import { setChannelDefaultPermissions } from "@lib/domain/channels/set-channel-default-permissions.ts";
import { openDirectMessage } from "@lib/domain/direct-messages/open-direct-message.ts";
import { addGroupMember } from "@lib/domain/groups/add-group-member.ts";
import { createGroup } from "@lib/domain/groups/create-group.ts";
import { removeGroupMember } from "@lib/domain/groups/remove-group-member.ts";
import { createInvite } from "@lib/domain/invites/create-invite.ts";
import { joinInvite } from "@lib/domain/invites/join-invite.ts";
import { bulkDeleteMessages } from "@lib/domain/messages/bulk-delete-messages.ts";
import { deleteMessage } from "@lib/domain/messages/delete-message.ts";
import { pinMessage } from "@lib/domain/messages/pin-message.ts";
import { sendMessage } from "@lib/domain/messages/send-message.ts";
import { changeBlock } from "@lib/domain/relationships/change-block.ts";
import { changeFriendship } from "@lib/domain/relationships/change-friendship.ts";
import { setSettings } from "@lib/domain/sync/settings.ts";
import { editUser } from "@lib/domain/users/edit-user.ts";
import { renameUser } from "@lib/domain/users/rename-user.ts";
import { directMessageDefault } from "@lib/permission/default-permissions.ts";
import { toStored } from "@lib/permission/permissions.ts";
import { VIEW } from "@tests/harness/gateway-community.ts";
import {
  type Chosen,
  anybody,
  channelAt,
  conversationAt,
  newestIn,
  personAt,
  pick,
  reason,
  refuse,
  type Steps,
} from "@tests/visibility/chosen.ts";

/** What happens between people, in their conversations, and with messages, bots and users everywhere. */
export const peopleSteps = {
  befriend: (s) =>
    changeFriendship(s.deps, s.me, { target: personAt(s, s.step.a), action: s.step.b % 3 ? "add" : "remove" }),
  block: (s) =>
    changeBlock(s.deps, s.me, { target: personAt(s, s.step.a), action: s.step.b % 2 ? "block" : "unblock" }),
  createGroup: (s) =>
    createGroup(s.deps, s.me, DataCreateGroup.parse({ name: "g", users: s.step.a % 2 ? [personAt(s, s.step.b)] : [] })),
  addToGroup: async (s) =>
    addGroupMember(s.deps, s.me, {
      group_id: await conversationAt(s, "Group", s.step.a),
      member_id: personAt(s, s.step.b),
    }),
  leaveGroup: async (s) =>
    deleteChannel(s.deps, s.me, { target: await conversationAt(s, "Group", s.step.a), leaveSilently: true, reason }),
  editGroup: async (s) =>
    editChannel(s.deps, s.me, {
      target: await conversationAt(s, "Group", s.step.a),
      data: DataEditChannel.parse(
        pick(
          [
            { name: `g${s.step.b}`, description: "text" },
            { remove: ["Description"] },
            { owner: personAt(s, s.step.b) },
          ],
          s.step.c,
        ),
      ),
      reason,
    }),
  permitEverybodyInGroup: async (s) =>
    setChannelDefaultPermissions(s.deps, s.me, {
      target: await conversationAt(s, "Group", s.step.a),
      permissions: s.step.b % 2 ? VIEW : toStored(directMessageDefault),
      reason,
    }),
  removeFromGroup: async (s) =>
    removeGroupMember(s.deps, s.me, {
      group_id: await conversationAt(s, "Group", s.step.a),
      member_id: personAt(s, s.step.b),
    }),
  openDirect: (s) => openDirectMessage(s.deps, s.me, { target: personAt(s, s.step.a) }),
  closeDirect: async (s) =>
    deleteChannel(s.deps, s.me, {
      target: await conversationAt(s, "DirectMessage", s.step.a),
      leaveSilently: true,
      reason,
    }),
  joinByInvite: async (s) => {
    const channel = s.step.b % 2 ? await channelAt(s, s.step.c) : await conversationAt(s, "Group", s.step.c);
    const invite = await createInvite(s.deps, s.step.b % 2 ? s.ofServer : s.me, { target: channel, reason });
    return joinInvite(s.deps, await anybody(s, s.step.a), { target: invite._id });
  },
  send: async (s) =>
    sendMessage(s.deps, s.me, {
      target: pick(await s.channels(), s.step.a)._id,
      body: DataMessageSend.parse({ content: `<@${personAt(s, s.step.b)}>` }),
      idempotencyKey: s.deps.ids.ulid(),
    }),
  deleteNewest: async (s) => {
    const channel = pick(await s.channels(), s.step.a)._id;
    const [newest] = await newestIn(s, channel, 1);
    if (!newest) return refuse();
    return deleteMessage(s.deps, (await s.actor(newest.author)) ?? refuse(), {
      target: channel,
      msg: newest._id,
      reason,
    });
  },
  deleteMany: async (s) => {
    const target = await channelAt(s, s.step.a);
    const newest = await newestIn(s, target, 1 + (s.step.b % 50));
    return bulkDeleteMessages(s.deps, s.ofServer, { target, ids: newest.map(({ _id }) => _id), reason });
  },
  pin: async (s) => {
    const target = await channelAt(s, s.step.a);
    const [newest] = await newestIn(s, target, 1);
    return pinMessage(s.deps, s.ofServer, { target, msg: newest?._id ?? "", reason });
  },
  ack: async (s) => {
    const channel = pick(await s.channels(), s.step.a);
    const [newest] = await newestIn(s, channel._id, 1);
    return newest && ackChannel(s.deps, s.me, { target: channel._id, message: newest._id });
  },
  editUser: (s) =>
    editUser(s.deps, s.me, {
      target: "@me",
      data: DataEditUser.parse(
        pick(
          [
            { display_name: `d${s.step.b}`, pronouns: "it" },
            { remove: ["DisplayName", "Pronouns"] },
            { status: { text: `t${s.step.b}` } },
            { remove: ["StatusText"] },
            { status: { presence: "Invisible" } },
            { status: { presence: "Busy", text: "busy" } },
            { remove: ["StatusPresence"] },
          ],
          s.step.a,
        ),
      ),
    }),
  rename: (s) => renameUser(s.deps, s.me.user, `name${s.deps.ids.nanoid(6)}`.replaceAll(/[^a-z0-9]/gi, "x")),
  setSettings: (s) => setSettings(s.deps, s.me, { values: { theme: `v${s.step.a}` } }),
  inviteBot: async (s) => {
    const owner = s.step.b % 2 ? s.ofServer : s.me;
    const bot = await createBot(s.deps, owner, { name: "robot" });
    return inviteBot(s.deps, owner, { target: bot._id, destination: await destinationOf(s) });
  },
  inviteSameBot: async (s) => {
    const target = pick(await ownBots(s), s.step.c);
    return inviteBot(s.deps, s.me, { target, destination: await destinationOf(s) });
  },
  deleteBot: async (s) => deleteBot(s.deps, s.me, { bot_id: pick(await ownBots(s), s.step.a) }),
  blockBot: async (s) => {
    const bots = (await Promise.all(s.people.map(({ id }) => s.deps.store.bots.listByOwner(id)))).flat();
    return changeBlock(s.deps, s.me, { target: pick(bots, s.step.a)._id, action: s.step.b % 2 ? "block" : "unblock" });
  },
} satisfies Steps;

/** Bots of the one who acts, without the one that has a socket. */
async function ownBots({ deps, me, people }: Chosen): Promise<string[]> {
  const owned = await deps.store.bots.listByOwner(me.id);
  return owned.map(({ _id }) => _id).filter((id) => !people.some((person) => person.id === id));
}

/** The chosen server, or a group. */
async function destinationOf(s: Chosen) {
  return s.step.b % 2 ? { server: s.server._id } : { group: await conversationAt(s, "Group", s.step.a) };
}
