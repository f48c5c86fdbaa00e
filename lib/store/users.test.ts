import { describe, expect, test } from "bun:test";
import { DuplicateKeyError } from "@lib/store/database.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { openTestStore } from "@tests/harness/open-test-store.ts";
import { storedFile, storedUser } from "@tests/harness/stored-documents.ts";
import { storesUnderTest } from "@tests/harness/stores.ts";

describe.each(storesUnderTest())("users on $name", (driver) => {
  test("data-10: a new user is stored with nothing but what it has", async () => {
    await using store = await openTestStore(driver);
    await store.users.insert(storedUser("u"));
    expect(await store.raw("users").findOne({ _id: "u" })).toEqual({
      _id: "u",
      username: "name-u",
      discriminator: "0042",
      last_acknowledged_policy_change: 1_700_000_000_000,
    } as { _id: unknown });
  });

  test("data-33: names in any case share their discriminators, and no two users a name with one", async () => {
    await using store = await openTestStore(driver);
    const { collation } = await driver.features();
    await store.users.insert(storedUser("a", { username: "Alice", discriminator: "0002" }));
    expect(await store.users.getByName("Alice", "0002")).not.toBeNull();
    const same = storedUser("b", { username: collation ? "alice" : "Alice", discriminator: "0002" });
    expect(await errorOf(store.users.insert(same))).toBeInstanceOf(DuplicateKeyError);
    await store.users.insert({ ...same, discriminator: "0003" });
    expect((await store.users.listDiscriminators("Alice")).toSorted()).toEqual(["0002", "0003"]);
    if (collation) expect((await store.users.getByName("ALICE", "0003"))?._id).toBe("b");
  });

  test("P14: of several relations with one user, as old databases have them, the first one counts", async () => {
    await using store = await openTestStore(driver);
    const relation = (_id: string, status: "Blocked" | "Friend" | "Incoming") => ({ _id, status });
    const relations = [relation("a", "Blocked"), relation("b", "Incoming"), relation("a", "Friend")];
    await store.users.insert(storedUser("u", { relations }));
    expect((await store.users.get("u"))?.relations).toEqual(relations.slice(0, 2));
  });

  test("data-26: removing a field unsets it alone", async () => {
    await using store = await openTestStore(driver);
    const background = storedFile("f");
    await store.users.insert(
      storedUser("u", { display_name: "Al", pronouns: "they", profile: { content: "x", background } }),
    );
    const after = await store.users.update("u", {}, ["DisplayName", "ProfileContent"]);
    expect(after).toEqual(storedUser("u", { pronouns: "they", profile: { background } }));
  });

  test("data-27: setting the status text while removing the presence does both", async () => {
    await using store = await openTestStore(driver);
    await store.users.insert(storedUser("u", { status: { text: "old", presence: "Busy" } }));
    const after = await store.users.update("u", { status: { text: "new" } }, ["StatusPresence"]);
    expect(after?.status).toEqual({ text: "new" });
  });

  test("data-28: removing the status text while setting the presence leaves the presence", async () => {
    await using store = await openTestStore(driver);
    await store.users.insert(storedUser("u", { status: { text: "old" } }));
    const after = await store.users.update("u", { status: { presence: "Idle" } }, ["StatusText"]);
    expect(after?.status).toEqual({ presence: "Idle" });
  });

  test("data-31: an update of nothing changes nothing", async () => {
    await using store = await openTestStore(driver);
    await store.users.insert(storedUser("u"));
    expect(await store.users.update("u", {})).toEqual(storedUser("u"));
    expect(await store.users.update("nobody", {})).toBeNull();
  });

  test("data-32: a user has one relation with another, however often and concurrently it changes", async () => {
    await using store = await openTestStore(driver);
    await store.users.insert(storedUser("u"));
    await store.users.setRelationship("u", "x", "Outgoing");
    await store.users.setRelationship("u", "other", "Friend");
    await Promise.all([
      store.users.setRelationship("u", "x", "Friend"),
      store.users.setRelationship("u", "x", "Blocked"),
      store.users.setRelationship("u", "x", "Incoming"),
    ]);
    const relations = (await store.users.get("u"))?.relations ?? [];
    expect(relations.map(({ _id }) => _id).toSorted()).toEqual(["other", "x"]);
    await store.users.clearRelationship("u", "x");
    expect((await store.users.get("u"))?.relations).toEqual([{ _id: "other", status: "Friend" }]);
  });

  test("a relation of nobody is not an error", async () => {
    await using store = await openTestStore(driver);
    await store.users.setRelationship("nobody", "x", "Friend");
    expect(await store.users.get("nobody")).toBeNull();
  });

  test("mutual friends are friends of both, not merely related", async () => {
    await using store = await openTestStore(driver);
    const friends = (a: "Friend" | "Blocked", b: "Friend" | "Incoming") => [
      { _id: "a", status: a },
      { _id: "b", status: b },
    ];
    for (const id of ["a", "b"]) {
      const relations = ["both", "one", "none", "gone"].map((_id) => ({ _id, status: "Friend" as const }));
      await store.users.insert(storedUser(id, { relations }));
    }
    await store.users.insert(storedUser("both", { relations: friends("Friend", "Friend") }));
    await store.users.insert(storedUser("one", { discriminator: "1", relations: friends("Friend", "Incoming") }));
    await store.users.insert(storedUser("none", { discriminator: "2", relations: friends("Blocked", "Incoming") }));
    expect(await store.users.listMutualFriendIds("a", "b")).toEqual(["both"]);
  });

  test("data-35: a deleted user keeps nothing personal", async () => {
    await using store = await openTestStore(driver);
    const personal = {
      display_name: "Al",
      pronouns: "they",
      avatar: storedFile("f"),
      badges: 1,
      profile: { content: "x" },
    };
    await store.users.insert(
      storedUser("u", { ...personal, status: { text: "t" }, privileged: true, bot: { owner: "o" } }),
    );
    expect(await store.users.markDeleted("u")).toEqual(
      storedUser("u", {
        username: "Deleted User u",
        discriminator: "0000",
        flags: 2,
        relations: [],
        bot: { owner: "o" },
      }),
    );
  });

  test("a malformed document is missing from lists and fetches, and reported", async () => {
    await using store = await openTestStore(driver);
    await store.users.insert(storedUser("good"));
    const bad = { _id: "bad", username: "x", discriminator: "0001" };
    await store.raw("users").insertOne(bad);
    expect(await store.users.listByIds(["good", "bad"])).toEqual([storedUser("good")]);
    expect(await store.users.get("bad")).toBeNull();
    expect(store.malformed).toEqual([
      ["users", "bad"],
      ["users", "bad"],
    ]);
  });
});
