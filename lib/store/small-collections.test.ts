import { describe, expect, test } from "bun:test";
import type { AuditLogDocument } from "@lib/model/stored/audit-log.ts";
import { openTestStore } from "@tests/harness/open-test-store.ts";
import { storedMessage, storedServer } from "@tests/harness/stored-documents.ts";
import { storesUnderTest } from "@tests/harness/stores.ts";

const NOW_MS = Date.UTC(2100, 0, 1);

function entry(_id: string, fields: Partial<AuditLogDocument> = {}): AuditLogDocument {
  const action = { type: "MemberKick", user: "x" } as const;
  return { _id, expires_at: NOW_MS, server: "s", user: "u", action, ...fields };
}

describe.each(storesUnderTest())("small collections on $name", (driver) => {
  test("data-72: an audit log entry holds null for what is absent, and expires as a date", async () => {
    await using store = await openTestStore(driver);
    await store.auditLogs.insert(entry("e1"));
    const raw = await store.raw("auditLogs").findOne({ _id: "e1" });
    expect(raw).toEqual({ ...entry("e1"), expires_at: new Date(NOW_MS), reason: null, target: null } as {
      _id: unknown;
    });
    expect(await store.auditLogs.list({ server: "s", limit: 50 })).toEqual([entry("e1")]);
  });

  test("data-73: the audit log is filtered, newest first", async () => {
    await using store = await openTestStore(driver);
    await store.auditLogs.insert(entry("e1"));
    await store.auditLogs.insert(entry("e2", { user: "v", target: "t" }));
    await store.auditLogs.insert(entry("e3", { action: { type: "BanCreate", user: "x" } }));
    await store.auditLogs.insert(entry("e4", { server: "other" }));
    const list = async (query: object): Promise<string[]> =>
      (await store.auditLogs.list({ server: "s", limit: 50, ...query })).map(({ _id }) => _id);
    expect(await list({})).toEqual(["e3", "e2", "e1"]);
    expect(await list({ limit: 1 })).toEqual(["e3"]);
    expect(await list({ before: "e3", after: "e1" })).toEqual(["e2"]);
    expect(await list({ user: "v" })).toEqual(["e2"]);
    expect(await list({ target: "t" })).toEqual(["e2"]);
    expect(await list({ types: ["BanCreate", "BanDelete"] })).toEqual(["e3"]);
    await store.auditLogs.deleteByServer("s");
    expect(await list({})).toEqual([]);
  });

  test("data-25: a setting is stored as revision and text under its key", async () => {
    await using store = await openTestStore(driver);
    expect(await store.userSettings.get("u")).toEqual({});
    await store.userSettings.set("u", { theme: [1_700_000_000_000, "x"], ordering: [5, "{}"] });
    await store.userSettings.set("u", { ordering: [4, "[]"] });
    expect(await store.raw("userSettings").findOne({ _id: "u" })).toEqual({
      _id: "u",
      theme: [1_700_000_000_000, "x"],
      ordering: [4, "[]"],
    } as { _id: unknown });
    expect(await store.userSettings.get("u", ["theme", "missing"])).toEqual({ theme: [1_700_000_000_000, "x"] });
    await store.userSettings.set("v", {});
    expect(await store.userSettings.get("v")).toEqual({});
  });

  test("data-29: a new bot token replaces the old one", async () => {
    await using store = await openTestStore(driver);
    const urls = { interactions_url: "", terms_of_service_url: "", privacy_policy_url: "" };
    const bot = { _id: "b", owner: "u", token: "old", public: false, analytics: false, discoverable: false, ...urls };
    await store.bots.insert(bot);
    expect(await store.raw("bots").findOne({ _id: "b" })).toEqual({
      _id: "b",
      owner: "u",
      token: "old",
      public: false,
    } as {
      _id: unknown;
    });
    await store.bots.update("b", { token: "new" }, ["Token"]);
    expect(await store.bots.getByToken("old")).toBeNull();
    expect(await store.bots.getByToken("new")).toEqual({ ...bot, token: "new" });
    expect(await store.bots.countByOwner("u")).toBe(1);
  });

  test("data-50: emoji of a deleted server stay, detached", async () => {
    await using store = await openTestStore(driver);
    const emoji = { creator_id: "u", name: "cat", animated: false, nsfw: false };
    for (const _id of ["e1", "e2"]) await store.emojis.insert({ _id, parent: { type: "Server", id: "s" }, ...emoji });
    expect(await store.emojis.countByServer("s")).toBe(2);
    expect(await Promise.all([store.emojis.detach("e1"), store.emojis.detach("e1")])).toContain(false);
    await store.emojis.detachByServer("s");
    expect(await store.emojis.listByServers(["s"])).toEqual([]);
    expect((await store.emojis.listByIds(["e1", "e2"])).map(({ parent }) => parent)).toEqual([
      { type: "Detached" },
      { type: "Detached" },
    ]);
  });

  test("data-34: events count from a time on, per target", async () => {
    await using store = await openTestStore(driver);
    const event_type = "DiscriminatorChange";
    await store.ratelimitEvents.insert({ _id: "01A", target_id: "u", event_type });
    await store.ratelimitEvents.insert({ _id: "01B", target_id: "u", event_type });
    await store.ratelimitEvents.insert({ _id: "01C", target_id: "v", event_type });
    expect(await store.ratelimitEvents.count("u", event_type, "01B")).toBe(1);
    expect(await store.ratelimitEvents.count("u", event_type, "01A")).toBe(2);
  });

  test("P2: a note that events are unpublished is made, renewed, claimed by one and settled by who claimed it last", async () => {
    await using store = await openTestStore(driver);
    const { unpublished } = store;
    await unpublished.note("p", NOW_MS);
    await unpublished.note("q", NOW_MS);
    const [seen = { _id: "p", at: 0 }] = (await unpublished.list()).filter(({ _id }) => _id === "p");

    const claims = await Promise.all([unpublished.claim(seen), unpublished.claim(seen)]);
    const [claimed = seen] = claims.filter((claim) => claim !== null);
    expect(claims).toContain(null);
    expect(claimed).not.toEqual(seen);
    expect(await unpublished.list()).toContainEqual(claimed);

    await unpublished.note("p", NOW_MS + 2_000);
    await unpublished.settle(claimed);
    expect((await unpublished.list()).length).toBe(2);
    await unpublished.settle({ _id: "p", at: NOW_MS + 2_000 });
    expect(await unpublished.list()).toEqual([{ _id: "q", at: NOW_MS }]);
    await unpublished.clear("q");
    await unpublished.clear("q");
    expect(await unpublished.list()).toEqual([]);
  });

  test("policy changes are read with times of any kind, oldest first", async () => {
    await using store = await openTestStore(driver);
    const change = { description: "d", url: "https://example.org", effective_time: "2025-01-01T00:00:00Z" };
    const [later, sooner] = [
      { _id: "later", ...change, created_time: new Date(9) },
      { _id: "sooner", ...change, created_time: 5 },
    ];
    await store.raw("policyChanges").insertMany([later, sooner]);
    expect((await store.policyChanges.list()).map(({ _id, created_time }) => [_id, created_time])).toEqual([
      ["sooner", 5],
      ["later", 9],
    ]);
  });

  test("a report keeps what was reported as it was", async () => {
    await using store = await openTestStore(driver);
    const content = { type: "User", id: "u", report_reason: "Underage" } as const;
    const report = { _id: "r", author_id: "a", content, additional_context: "", status: "Created", notes: "" } as const;
    await store.reports.insert(report);
    expect(await store.raw("reports").findOne({ _id: "r" })).toMatchObject({
      content: { message_id: null },
      notes: "",
    });
    expect(await store.reports.get("r")).toEqual(report);
    const context = { _prior_context: [storedMessage("m1")], _leading_context: [] };
    await store.snapshots.insert({
      _id: "s1",
      report_id: "r",
      content: { _type: "Message", ...storedMessage("m2"), ...context },
    });
    await store.snapshots.insert({ _id: "s2", report_id: "r", content: { _type: "Server", ...storedServer("s") } });
    const snapshots = await store.snapshots.listByReport("r");
    expect(snapshots.map(({ content: { _type, _id } }) => [_type, _id]).toSorted()).toEqual([
      ["Message", "m2"],
      ["Server", "s"],
    ]);
  });
});
