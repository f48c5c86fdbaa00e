// What an operator sets, and what operators write into the database themselves, as it shows in the API.
import * as accounts from "@lib/contract/accounts.ts";
import * as members from "@lib/contract/members.ts";
import * as policy from "@lib/contract/policy.ts";
import * as relationships from "@lib/contract/relationships.ts";
import * as servers from "@lib/contract/servers.ts";
import * as sessions from "@lib/contract/sessions.ts";
import * as users from "@lib/contract/users.ts";
import { MessageFlag, UserBadge } from "@lib/model/flags.ts";
import { ulidTime } from "@lib/model/ids.ts";
import { collections } from "@lib/store/collections.ts";
import { answer } from "@tests/harness/answer.ts";
import { GOOD_PASSWORD as password, newEmail } from "@tests/harness/account-steps.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { auditLog, seedUser } from "@tests/harness/seed.ts";
import { seedCommunity, sent } from "@tests/harness/seed-chat.ts";
import { openSocket } from "@tests/harness/socket.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";
import { describe, expect, test } from "bun:test";

describe.each(profiles)("settings of an instance, $name", (profile) => {
  test("settings-25: a new user may have five friend requests open, and not a sixth", async () => {
    await using api = await testApi({ profile });
    const newcomer = await seedUser(api, {}, { isNew: true });
    const add = async () =>
      answer(newcomer.client, relationships.addFriend, { params: { target: (await seedUser(api)).id } });
    for (let request = 1; request <= 5; request++) expect((await add())[0]).toBe(200);
    expect(await add()).toMatchObject([400, { type: "TooManyPendingFriendRequests", max: 5 }]);
  });

  test("settings-27: with restrict_server_creation only those who are named create servers", async () => {
    await using api = await testApi({ profile });
    const [named, other] = [await seedUser(api), await seedUser(api)];
    api.deps.settings.features.limits.global.restrict_server_creation = [named.id];
    const create = { body: { name: "s" } };
    expect(await answer(other.client, servers.createServer, create)).toMatchObject([
      403,
      { type: "CantCreateServers" },
    ]);
    expect((await answer(named.client, servers.createServer, create))[0]).toBe(200);
  });

  test("settings-28: without mass mentions @everyone is text like any other", async () => {
    await using api = await testApi({ profile, settings: { features: { mass_mentions_enabled: false } } });
    const { owner, alice, channelId } = await seedCommunity(api);
    for (const person of [owner, alice]) {
      const { flags = 0, content } = await sent(person, channelId, "@everyone");
      expect([flags & MessageFlag.MentionsEveryone, content]).toEqual([0, "@everyone"]);
    }
    expect((await sent(owner, channelId, `@online <@${alice.id}>`)).mentions).toEqual([alice.id]);
  });

  test("settings-30: a name that is too short is filled up", async () => {
    await using api = await testApi({ profile, settings: { api: { users: { min_username_length: 5 } } } });
    const person = await api.register();
    const body = { username: "ab", password: person.password };
    expect((await person.client.call(users.changeUsername, { body })).username).toBe("ab___");
  });

  test("settings-31: entries of the audit log expire when the operator says", async () => {
    await using api = await testApi({ profile, settings: { api: { audit_logs: { expires_after: 60 } } } });
    const { owner, alice, serverId } = await seedCommunity(api);
    const params = { server_id: serverId, member_id: alice.id };
    await owner.client.call(members.editMember, { params, body: { nickname: "A" } });
    const [entry] = await auditLog(api, serverId);
    expect((entry?.expires_at ?? 0) - ulidTime(entry?._id ?? "")).toBe(60_000);
  });

  test("settings-32: who registered before the cut-off has the badge of early adopters, beside any other", async () => {
    const early_adopter_cutoff = Date.now() - 3_600_000;
    await using api = await testApi({ profile, settings: { api: { users: { early_adopter_cutoff } } } });
    const early = await seedUser(api, { badges: UserBadge.Translator });
    const late = await seedUser(api, {}, { isNew: true });
    const badges = async (user: typeof early) => (await user.client.call(users.fetchSelf, {})).badges ?? 0;
    expect(UserBadge.EarlyAdopter).toBe(256);
    expect([await badges(early), await badges(late)]).toEqual([UserBadge.Translator + 256, 0]);
  });

  test("settings-33: without a cut-off nobody has it", async () => {
    await using api = await testApi({ profile });
    const early = await seedUser(api);
    expect((await early.client.call(users.fetchSelf, {})).badges).toBeUndefined();
  });

  test("settings-34: without a mail server accounts are verified at once and no password reset is sent", async () => {
    await using api = await testApi({ profile });
    const email = newEmail();
    await api.client.call(accounts.createAccount, { body: { email, password } });
    expect((await api.client.call(sessions.login, { body: { email, password } })).result).toBe("Success");
    expect(await answer(api.client, accounts.sendPasswordReset, { body: { email } })).toEqual([204, null]);
    await api.takeEvents();
    expect(api.mails).toEqual([]);
    const account = await api.deps.store.accounts.getByNormalisedEmail(email);
    expect(account?.verification.status).toBe("Verified");
    expect(account?.password_reset).toBeUndefined();
  });
});

describe.each(profiles)("what operators write into the database, $name", (profile) => {
  test("settings-51: an invite code allows one registration where registering needs one", async () => {
    await using api = await testApi({ profile, settings: { api: { registration: { invite_only: true } } } });
    const code = crypto.randomUUID();
    await api.drivers.database.collection(collections.accountInvites).insertOne({ _id: code });
    const register = (invite?: string) => {
      const body = { email: newEmail(), password, ...(invite !== undefined && { invite }) };
      return answer(api.client, accounts.createAccount, { body });
    };
    expect(await register()).toMatchObject([400, { type: "MissingInvite" }]);
    expect(await register("unknown")).toMatchObject([400, { type: "InvalidInvite" }]);
    expect(await register(code)).toEqual([204, null]);
    expect(await register(code)).toMatchObject([400, { type: "InvalidInvite" }]);
  });

  test("settings-52: a user made privileged edits the badges of others; nobody else does", async () => {
    await using api = await testApi({ profile });
    const [operator, other] = [await seedUser(api), await seedUser(api)];
    const edit = () =>
      answer(operator.client, users.editUser, { params: { target: other.id }, body: { badges: UserBadge.Developer } });
    expect(await edit()).toMatchObject([403, { type: "NotPrivileged" }]);
    await api.drivers.database
      .collection(collections.users)
      .updateOne({ _id: operator.id }, { $set: { privileged: true } });
    expect(await edit()).toMatchObject([200, { _id: other.id, badges: UserBadge.Developer }]);
  });

  test("settings-53: a change of policy is in Ready for everybody who has not acknowledged it", async () => {
    await using api = await testApi({ profile });
    const [alice, bob] = [await api.register(), await api.register()];
    const [created_time, description] = [new Date(api.clock.now() + 1), api.deps.ids.ulid()];
    const change = { _id: description, created_time, effective_time: created_time, description, url: "https://a.test" };
    const changes = api.drivers.database.collection(collections.policyChanges);
    await changes.insertOne(change);
    api.clock.advance(1_000);
    await alice.client.call(policy.acknowledgePolicyChanges, {});
    const told = [await policies(api, alice.token), await policies(api, bob.token)];
    await changes.deleteOne({ _id: description }); // the database may be shared with other tests
    expect(told.map((descriptions) => descriptions.includes(description))).toEqual([false, true]);
  });
});

/** The changes of policy that somebody is told who connects. */
async function policies(api: TestApi, token: string): Promise<string[]> {
  await using socket = await openSocket(api.eventsUrl, token);
  const { policy_changes = [] } = await socket.take("Ready");
  return policy_changes.map(({ description }) => description);
}
