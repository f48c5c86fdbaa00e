import * as bans from "@lib/contract/bans.ts";
import * as bots from "@lib/contract/bots.ts";
import * as invites from "@lib/contract/invites.ts";
import * as members from "@lib/contract/members.ts";
import { type Scenario, type Scenarios, prepared, scenario } from "@tests/convergence/scenario.ts";
import type { Cast, Viewer } from "@tests/convergence/cast.ts";
import { isoTimestamp } from "@lib/model/stored/timestamp.ts";

type Edit = Parameters<typeof members.DataMemberEdit.parse>[0] & object;

const edit = (title: string, who: (cast: Cast) => Viewer, body: (cast: Cast) => Edit): Scenario =>
  scenario(title, (cast) =>
    cast.owner.client.call(members.editMember, {
      params: { server_id: cast.serverId, member_id: who(cast).id },
      body: body(cast),
    }),
  );

const inTwoHours = ({ api }: Cast) => isoTimestamp(api.clock.now() + 7_200_000);

/** Who is in a server, as what, and who comes and goes. */
export const memberScenarios: Scenarios = {
  [members.editMember.id]: [
    edit(
      "a role that opens a channel",
      ({ restricted }) => restricted,
      ({ staff }) => ({ roles: [staff._id] }),
    ),
    edit(
      "no role any more",
      ({ member }) => member,
      () => ({ remove: ["Roles"] }),
    ),
    edit(
      "a role that opens nothing",
      ({ bot }) => bot,
      ({ staff, guests }) => ({ roles: [staff._id, guests._id] }),
    ),
    edit(
      "nickname and timeout",
      ({ restricted }) => restricted,
      (cast) => ({ nickname: "R", timeout: inTwoHours(cast) }),
    ),
    edit(
      "nothing left",
      ({ member }) => member,
      () => ({ remove: ["Nickname", "Timeout"] }),
    ),
    scenario("oneself", ({ member, serverId: server_id }) =>
      member.client.call(members.editMember, {
        params: { server_id, member_id: member.id },
        body: { nickname: "me", pronouns: "they" },
      }),
    ),
  ],
  [members.kickMember.id]: [
    scenario("staff", ({ owner, member, serverId: server_id }) =>
      owner.client.call(members.kickMember, { params: { server_id, member_id: member.id } }),
    ),
    scenario("a bot", ({ owner, bot, serverId: server_id }) =>
      owner.client.call(members.kickMember, { params: { server_id, member_id: bot.id } }),
    ),
  ],
  [bans.createBan.id]: [
    scenario("a member, with what they wrote", ({ owner, restricted, serverId: server }) =>
      owner.client.call(bans.createBan, {
        params: { server, target: restricted.id },
        body: { delete_message_seconds: 3600 },
      }),
    ),
    scenario("somebody who is none", ({ owner, outsider, serverId: server }) =>
      owner.client.call(bans.createBan, { params: { server, target: outsider.id }, body: {} }),
    ),
    prepared("the author of the newest messages", async ({ api, owner, member, secretId, serverId: server }) => {
      const { ids, store } = api.deps;
      const message = { _id: ids.ulid(), channel: secretId, author: member.id, content: "spam", reactions: {} };
      await store.messages.insert(message);
      await store.channels.noteMessage(secretId, message._id, false);
      const body = { delete_message_seconds: 3600 };
      return () => owner.client.call(bans.createBan, { params: { server, target: member.id }, body });
    }),
  ],
  [invites.joinInvite.id]: [
    prepared("of a server", async ({ api, friend, owner, serverId: server, generalId: channel }) => {
      const target = api.deps.ids.nanoid(8);
      await api.deps.store.invites.insert({ _id: target, type: "Server", server, channel, creator: owner.id });
      return () => friend.client.call(invites.joinInvite, { params: { target } });
    }),
    prepared("of a server that one left during a timeout", async (cast) => {
      const { api, restricted, owner, serverId: server, generalId: channel } = cast;
      const target = api.deps.ids.nanoid(8);
      await api.deps.store.invites.insert({ _id: target, type: "Server", server, channel, creator: owner.id });
      const key = { server, user: restricted.id };
      const timeout = Date.parse(inTwoHours(cast));
      await api.deps.store.members.update(key, { timeout, can_publish: false, roles: [cast.guests._id] });
      await api.deps.store.members.remove(key, api.clock.now());
      return () => restricted.client.call(invites.joinInvite, { params: { target } });
    }),
    prepared("of a group", async ({ api, outsider, owner, groupId: channel }) => {
      const target = api.deps.ids.nanoid(8);
      await api.deps.store.invites.insert({ _id: target, type: "Group", channel, creator: owner.id });
      return () => outsider.client.call(invites.joinInvite, { params: { target } });
    }),
  ],
  [bots.inviteBot.id]: [
    prepared("to a server", async ({ api, owner, bot, serverId: server }) => {
      await api.deps.store.members.remove({ server, user: bot.id }, api.clock.now());
      return () => owner.client.call(bots.inviteBot, { params: { target: bot.id }, body: { server } });
    }),
    scenario("to a group", ({ owner, bot, groupId: group }) =>
      owner.client.call(bots.inviteBot, { params: { target: bot.id }, body: { group } }),
    ),
  ],
  [bots.editBot.id]: [
    scenario("its name", ({ owner, bot }) =>
      owner.client.call(bots.editBot, { params: { bot_id: bot.id }, body: { name: "renamed_bot" } }),
    ),
    scenario("its token", ({ owner, bot }) =>
      owner.client.call(bots.editBot, { params: { bot_id: bot.id }, body: { remove: ["Token"] } }),
    ),
  ],
  [bots.deleteBot.id]: [
    prepared("a member of a server and a group", async ({ api, owner, bot, groupId }) => {
      await api.deps.store.channels.addRecipient(groupId, bot.id, 50);
      return () => owner.client.call(bots.deleteBot, { params: { bot_id: bot.id } });
    }),
  ],
};
