import * as direct from "@lib/contract/direct-messages.ts";
import * as groups from "@lib/contract/groups.ts";
import * as relationships from "@lib/contract/relationships.ts";
import * as sync from "@lib/contract/sync.ts";
import * as users from "@lib/contract/users.ts";
import type { FieldsUser } from "@lib/model/user.ts";
import { type Scenario, type Scenarios, prepared, scenario } from "@tests/convergence/scenario.ts";
import { type Cast, type Viewer, relate } from "@tests/convergence/cast.ts";

type Edit = Parameters<typeof users.DataEditUser.parse>[0] & object;

const edit = (title: string, who: (cast: Cast) => Viewer, body: Edit): Scenario =>
  scenario(title, (cast) => who(cast).client.call(users.editUser, { params: { target: "@me" }, body }));

/** People, how they stand to each other, and their conversations. */
export const peopleScenarios: Scenarios = {
  [users.editUser.id]: [
    edit("name, pronouns and status of a friend", ({ friend }) => friend, {
      display_name: "Frieda",
      pronouns: "she",
      status: { text: "busy", presence: "Busy" },
      profile: { content: "about" },
    }),
    edit("by who has blocked somebody", ({ member }) => member, { display_name: "Mia", status: { text: "hm" } }),
    edit("by who is blocked", ({ outsider }) => outsider, { display_name: "Xaver", status: { presence: "Idle" } }),
    edit("to be invisible", ({ friend }) => friend, { status: { presence: "Invisible" } }),
    prepared("to be invisible after being busy", async ({ api, friend }) => {
      await api.deps.store.users.update(friend.id, { status: { text: "here", presence: "Busy" } });
      const body: Edit = { status: { presence: "Invisible" } };
      return () => friend.client.call(users.editUser, { params: { target: "@me" }, body });
    }),
    prepared("to be visible again", async ({ api, friend }) => {
      await api.deps.store.users.update(friend.id, { status: { text: "away", presence: "Invisible" } });
      const body: Edit = { status: { presence: "Focus" } };
      return () => friend.client.call(users.editUser, { params: { target: "@me" }, body });
    }),
    prepared("less", async ({ api, owner }) => {
      const status = { text: "here", presence: "Idle" as const };
      await api.deps.store.users.update(owner.id, { status, pronouns: "he" });
      const remove: FieldsUser[] = ["DisplayName", "Pronouns", "StatusText", "StatusPresence", "ProfileContent"];
      return () => owner.client.call(users.editUser, { params: { target: "@me" }, body: { remove } });
    }),
    edit("a bot", ({ bot }) => bot, { display_name: "Robot", status: { text: "beep" } }),
    prepared("badges of another, by the operator", async ({ api, owner, friend }) => {
      await api.deps.store.users.update(owner.id, { privileged: true });
      return () => owner.client.call(users.editUser, { params: { target: friend.id }, body: { badges: 5, flags: 8 } });
    }),
  ],
  [relationships.sendFriendRequest.id]: [
    scenario("to a stranger", ({ restricted, outsider }) =>
      restricted.client.call(relationships.sendFriendRequest, {
        body: { username: `${outsider.user.username}#${outsider.user.discriminator}` },
      }),
    ),
  ],
  [relationships.addFriend.id]: [
    prepared("accepted", async ({ api, restricted, outsider }) => {
      await relate(api, restricted, "Outgoing", outsider, "Incoming");
      const params = { target: restricted.id };
      return () => outsider.client.call(relationships.addFriend, { params });
    }),
  ],
  [relationships.removeFriend.id]: [
    scenario("a friend", ({ owner, friend }) =>
      owner.client.call(relationships.removeFriend, { params: { target: friend.id } }),
    ),
    prepared("a request", async ({ api, restricted, outsider }) => {
      await relate(api, restricted, "Outgoing", outsider, "Incoming");
      return () => restricted.client.call(relationships.removeFriend, { params: { target: outsider.id } });
    }),
  ],
  [relationships.blockUser.id]: [
    scenario("a friend with whom there is a conversation", ({ owner, friend }) =>
      owner.client.call(relationships.blockUser, { params: { target: friend.id } }),
    ),
    scenario("a stranger", ({ outsider, friend }) =>
      outsider.client.call(relationships.blockUser, { params: { target: friend.id } }),
    ),
    scenario("who has blocked oneself", ({ outsider, member }) =>
      outsider.client.call(relationships.blockUser, { params: { target: member.id } }),
    ),
  ],
  [relationships.unblockUser.id]: [
    scenario("a stranger", ({ member, outsider }) =>
      member.client.call(relationships.unblockUser, { params: { target: outsider.id } }),
    ),
    prepared("who has blocked oneself, too", async ({ api, member, outsider }) => {
      await relate(api, member, "Blocked", outsider);
      return () => member.client.call(relationships.unblockUser, { params: { target: outsider.id } });
    }),
  ],
  [direct.openDirectMessage.id]: [
    scenario("with oneself", ({ member }) =>
      member.client.call(direct.openDirectMessage, { params: { target: member.id } }),
    ),
    scenario("with a friend", ({ member, friend }) =>
      member.client.call(direct.openDirectMessage, { params: { target: friend.id } }),
    ),
    scenario("with a bot", ({ restricted, bot }) =>
      restricted.client.call(direct.openDirectMessage, { params: { target: bot.id } }),
    ),
  ],
  [groups.createGroup.id]: [
    scenario("of friends", ({ friend, owner, member }) =>
      friend.client.call(groups.createGroup, {
        body: { name: "new", description: "text", users: [owner.id, member.id] },
      }),
    ),
  ],
  [groups.addGroupMember.id]: [
    prepared("a friend of one, a stranger to the others", async ({ api, owner, outsider, groupId: group_id }) => {
      await relate(api, owner, "Friend", outsider);
      return () => owner.client.call(groups.addGroupMember, { params: { group_id, member_id: outsider.id } });
    }),
  ],
  [groups.removeGroupMember.id]: [
    scenario("one of three", ({ owner, member, groupId: group_id }) =>
      owner.client.call(groups.removeGroupMember, { params: { group_id, member_id: member.id } }),
    ),
  ],
  [sync.setSettings.id]: [
    scenario("of oneself", ({ owner }) =>
      owner.client.call(sync.setSettings, { query: { timestamp: 5 }, body: { theme: "dark", other: "x" } }),
    ),
  ],
};
