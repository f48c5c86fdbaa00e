import { describe, expect, test } from "bun:test";
import { collections } from "@lib/store/collections.ts";
import type { Database } from "@lib/store/database.ts";
import { initialiseDatabase } from "@lib/store/initialise-database.ts";
import { openStore, type Store } from "@lib/store/store.ts";
import { describeMongo, openFreshMongo } from "@tests/harness/mongodb.ts";
import { loadReferenceDatabase, referenceDocuments } from "@tests/harness/reference-database.ts";
import { type StoreUnderTest, storesUnderTest } from "@tests/harness/stores.ts";

const OWNER = "01M87B2X40J5EV0KNZ6PKFNMQN";
const SERVER = "01M87B34R5XKJZXS00VP3JWTZ5";
const MODERATOR = "01M87B34SG3NC3KNMP97V3T1Y3";

/** Reads every document of the fixture through the repositories, by the name of its collection. */
async function readAll(store: Store): Promise<Record<string, number>> {
  const ids = (name: string): string[] => (referenceDocuments[name] ?? []).map(({ _id }) => String(_id));
  const users = ids("users");
  const channels = ids("channels");
  const each = async <T>(keys: readonly string[], read: (key: string) => Promise<T[]>): Promise<number> =>
    (await Promise.all(keys.map(read))).flat().length;
  const sessions = await each(ids("accounts"), (id) => store.sessions.listByUser(id));
  return {
    accounts: (await store.accounts.listByIds(ids("accounts"))).length,
    audit_logs: (await store.auditLogs.list({ server: SERVER, limit: 100 })).length,
    bots: (await store.bots.listByOwner(OWNER)).length,
    channel_invites: (await Promise.all(ids("channel_invites").map((id) => store.invites.get(id)))).filter(Boolean)
      .length,
    channel_unreads: await each(users, (id) => store.unreads.listByUser(id)),
    channel_webhooks: await each(channels, (id) => store.webhooks.listByChannel(id)),
    channels: (await store.channels.listByIds(channels)).length,
    messages: await each(channels, (channel) => store.messages.list({ channel, limit: 100 })),
    safety_reports: (await Promise.all(ids("safety_reports").map((id) => store.reports.get(id)))).filter(Boolean)
      .length,
    safety_snapshots: await each(ids("safety_reports"), (id) => store.snapshots.listByReport(id)),
    server_bans: (await store.bans.listByServer(SERVER)).length,
    server_members: (await store.members.listChunk(SERVER, null, 100)).members.length,
    servers: (await store.servers.listByIds(ids("servers"))).length,
    sessions,
    user_settings: Object.keys(await store.userSettings.get(OWNER)).length > 0 ? 1 : 0,
    users: (await store.users.listByIds(users)).length,
  };
}

/** Changes documents of several collections, as an operation would. */
async function change(store: Store): Promise<void> {
  await store.users.update(OWNER, { status: { text: "changed" } }, ["ProfileContent"]);
  await store.servers.updateRole(SERVER, MODERATOR, { colour: "red" });
  await store.accounts.update(OWNER, { password: "changed" });
  await store.members.update({ server: SERVER, user: OWNER }, { nickname: "changed" });
  await store.userSettings.set(OWNER, { theme: [1, "changed"] });
}

async function open(driver: StoreUnderTest): Promise<{ database: Database & AsyncDisposable; store: Store }> {
  const database = await driver.open();
  await loadReferenceDatabase(database);
  await initialiseDatabase(database);
  const onMalformed = (collection: string, id: unknown): void => {
    throw new Error(`${collection} ${JSON.stringify(id)} is malformed`);
  };
  return { database, store: openStore(database, { onMalformed }) };
}

describe.each(storesUnderTest())("a database of the reference on $name", (driver) => {
  test("every document reads through its repository", async () => {
    const { database, store } = await open(driver);
    await using _ = database;
    const read = await readAll(store);
    const expected = Object.entries(referenceDocuments).filter(
      ([name, all]) => all.length > 0 && name !== "migrations",
    );
    expect(read).toEqual(Object.fromEntries(expected.map(([name, all]) => [name, all.length])));
  });

  test("data-20: a partial update leaves unknown fields and every other document as they were", async () => {
    const { database, store } = await open(driver);
    await using _ = database;
    const servers = database.collection(collections.servers);
    await servers.updateOne(
      { _id: SERVER },
      { $set: { invented: { a: [1] }, [`roles.${MODERATOR}.invented`]: "kept" } },
    );
    const before = await database.collection(collections.users).find({ _id: { $ne: OWNER } });
    await change(store);
    expect(await database.collection(collections.users).find({ _id: { $ne: OWNER } })).toEqual(before);
    expect(await servers.findOne({ _id: SERVER })).toMatchObject({
      invented: { a: [1] },
      roles: { [MODERATOR]: { invented: "kept", colour: "red", name: "Moderator" } },
    });
  });
});

describeMongo("BSON types in a database of the reference", (url) => {
  test("data-20: types of fields that a change does not touch stay, and those it writes are the reference's", async () => {
    await using fresh = await openFreshMongo(url);
    await loadReferenceDatabase(fresh.database);
    await initialiseDatabase(fresh.database);
    await change(openStore(fresh.database, { onMalformed: () => {} }));

    const servers = await fresh.native.collection("servers").findOne({});
    expect(kind(servers?.["default_permissions"])).toBe("Long");
    const role: object = servers?.["roles"][MODERATOR];
    expect(kind(Reflect.get(role, "rank"))).toBe("Long");
    expect(kind(Reflect.get(Reflect.get(role, "permissions"), "a"))).toBe("Long");
    const user = await fresh.native.collection("users").findOne({ username: "owner" });
    expect(kind(user?.["last_acknowledged_policy_change"])).toBe("Long");
    const settings = await fresh.native.collection("user_settings").findOne({});
    expect(kind(settings?.["theme"][0])).toBe("Long");
    const migrations = await fresh.native.collection("migrations").findOne({});
    expect([kind(migrations?._id), kind(migrations?.["revision"])]).toEqual(["Int32", "Int32"]);
  });
});

function kind(value: unknown): string {
  return Object(value).constructor.name;
}
