import { describe, expect, test } from "bun:test";
import { openTestStore } from "@tests/harness/open-test-store.ts";
import { storedRole, storedServer, storedTextChannel } from "@tests/harness/stored-documents.ts";
import { storesUnderTest } from "@tests/harness/stores.ts";

describe.each(storesUnderTest())("servers on $name", (driver) => {
  test("data-11: a new server is stored without its defaults", async () => {
    await using store = await openTestStore(driver);
    await store.servers.insert(storedServer("s"));
    const raw = await store.raw("servers").findOne({ _id: "s" });
    expect(Object.keys(raw ?? {}).toSorted()).toEqual(["_id", "channels", "default_permissions", "name", "owner"]);
    expect(await store.servers.get("s")).toEqual(storedServer("s"));
  });

  test("channels created at once are all in the list", async () => {
    await using store = await openTestStore(driver);
    await store.servers.insert(storedServer("s"));
    const ids = Array.from({ length: 10 }, (_, i) => `c${i}`);
    await Promise.all(ids.map((id) => store.servers.addChannel("s", id)));
    expect((await store.servers.get("s"))?.channels.toSorted()).toEqual(ids);
  });

  test("P24: no channel finds room where none may be", async () => {
    await using store = await openTestStore(driver);
    await store.servers.insert(storedServer("s"));
    expect(await store.servers.addChannel("s", "c1", 0)).toBeNull();
    expect((await store.servers.addChannel("s", "c1", 1))?.channels).toEqual(["c1"]);
    expect(await store.servers.addChannel("s", "c2", 1)).toBeNull();
  });

  test("data-49: a removed channel leaves the list and its system message slots, others stay", async () => {
    await using store = await openTestStore(driver);
    const system_messages = { user_joined: "c1", user_left: "c2", user_banned: "c1" };
    await store.servers.insert(storedServer("s", { channels: ["c1", "c2"], system_messages }));
    const after = await store.servers.removeChannel("s", "c1");
    expect(after).toEqual(storedServer("s", { channels: ["c2"], system_messages: { user_left: "c2" } }));
  });

  test("roles created at once all exist, with ranks of their own", async () => {
    await using store = await openTestStore(driver);
    await store.servers.insert(storedServer("s"));
    await Promise.all(["r1", "r2", "r3", "r4"].map((id) => store.servers.insertRole("s", storedRole(id, { rank: 0 }))));
    const roles = Object.values((await store.servers.get("s"))?.roles ?? {});
    expect(roles.map(({ _id }) => _id).toSorted()).toEqual(["r1", "r2", "r3", "r4"]);
    // Which ranks depends on who saw whom.
    expect(new Set(roles.map(({ rank }) => Number(rank))).size).toBe(4);
  });

  test.each([2n ** 53n, 2n ** 63n - 1n])(
    "a role that shares the rank %p is stored, as there is none below",
    async (rank) => {
      await using store = await openTestStore(driver);
      const roles = { r1: storedRole("r1", { rank }) };
      await store.servers.insert(storedServer("s", { roles }));
      const after = await store.servers.insertRole("s", storedRole("r2", { rank }));
      expect(after?.roles).toEqual({ ...roles, r2: storedRole("r2", { rank }) });
      expect(await store.servers.get("s")).toEqual(after);
    },
  );

  test("data-30: removing a colour leaves everything else of the roles", async () => {
    await using store = await openTestStore(driver);
    const roles = {
      r1: storedRole("r1", { colour: "red" }),
      r2: storedRole("r2", { rank: 1, colour: "blue", hoist: true }),
    };
    await store.servers.insert(storedServer("s", { roles }));
    const after = await store.servers.updateRole("s", "r1", { name: "New" }, ["Colour"]);
    expect(after?.roles).toEqual({ r1: storedRole("r1", { name: "New" }), r2: roles.r2 });
  });

  test("an edit of a role that is gone does not bring parts of it back", async () => {
    await using store = await openTestStore(driver);
    await store.servers.insert(storedServer("s", { roles: { r1: storedRole("r1") } }));
    await store.servers.deleteRole("s", "r1");
    expect(await store.servers.updateRole("s", "r1", { name: "Ghost" })).toBeNull();
    await store.servers.setRoleRanks("s", { r1: 3 });
    expect(await store.servers.get("s")).toEqual(storedServer("s"));
    expect(await store.raw("servers").findOne({ _id: "s", "roles.r1": { $exists: true } })).toBeNull();
  });

  test("data-48: a deleted role leaves its server, every member and every channel", async () => {
    await using store = await openTestStore(driver);
    await store.servers.insert(storedServer("server", { roles: { r1: storedRole("r1"), r2: storedRole("r2") } }));
    for (const user of ["a", "b"]) await store.members.join({ server: "server", user }, 1);
    await store.members.update({ server: "server", user: "a" }, { roles: ["r1", "r2"] });
    await store.members.update({ server: "server", user: "b" }, { roles: ["r1"] });
    const role_permissions = { r1: { a: 1, d: 0 }, r2: { a: 2, d: 0 } };
    for (const id of ["c1", "c2"]) await store.channels.insert(storedTextChannel(id, { role_permissions }));

    await store.members.removeRole("server", "r1");
    await store.channels.removeRole("server", "r1");
    await store.servers.deleteRole("server", "r1");

    expect((await store.members.get("server", "a"))?.roles).toEqual(["r2"]);
    expect((await store.members.get("server", "b"))?.roles).toEqual([]);
    for (const id of ["c1", "c2"]) {
      expect(await store.channels.get(id)).toEqual(storedTextChannel(id, { role_permissions: { r2: { a: 2, d: 0 } } }));
    }
    expect(Object.keys((await store.servers.get("server"))?.roles ?? {})).toEqual(["r2"]);
  });

  test("permissions beyond 53 bits come back exactly", async () => {
    await using store = await openTestStore(driver);
    await store.servers.insert(storedServer("s", { default_permissions: -1 }));
    const a = 2n ** 62n + 1n;
    await store.servers.insertRole("s", storedRole("r1", { permissions: { a, d: 2 ** 36 } }));
    expect(await store.servers.get("s")).toMatchObject({
      default_permissions: -1,
      roles: { r1: { permissions: { a, d: 2 ** 36 } } },
    });
  });
});
