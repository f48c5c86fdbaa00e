import { describe, expect, test } from "bun:test";
import { type Person, walkPeople } from "@lib/domain/members/walk-people.ts";
import { openTestStore, type TestStore } from "@tests/harness/open-test-store.ts";
import { storedUser } from "@tests/harness/stored-documents.ts";
import { storesUnderTest } from "@tests/harness/stores.ts";

/** Members of the server `s`; returns their ids in order. */
async function fill(store: TestStore, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, index) => `u${String(index).padStart(4, "0")}`);
  await store.raw("users").insertMany(ids.toReversed().map((id) => storedUser(id)));
  const memberOf = (user: string) => ({ _id: { server: "s", user }, joined_at: 1 });
  await store.raw("members").insertMany(ids.toReversed().map(memberOf));
  return ids;
}

describe.each(storesUnderTest())("people of a server on $name", (driver) => {
  test.each([0, 1, 499, 500, 501, 1_000])("%i members come in order of id, each once", async (count) => {
    await using store = await openTestStore(driver);
    const ids = await fill(store, count);
    const people: Person[] = [];
    for await (const chunk of walkPeople({ store }, "s")) people.push(...chunk);
    expect(people.map(({ user }) => user._id)).toEqual(ids);
    expect(people.map(({ member }) => member._id.user)).toEqual(ids);
  });

  test("a membership that cannot be read hides none of those after it", async () => {
    await using store = await openTestStore(driver);
    const ids = await fill(store, 1_001);
    await store.raw("members").updateMany({ "_id.user": { $in: ["u0100", "u0999"] } }, { $set: { roles: "broken" } });
    const people: Person[] = [];
    for await (const chunk of walkPeople({ store }, "s")) people.push(...chunk);
    expect(people.map(({ user }) => user._id)).toEqual(ids.filter((id) => id !== "u0100" && id !== "u0999"));
  });

  test("whoever waits is served before a large server is through", async () => {
    await using store = await openTestStore(driver);
    await fill(store, 1_500);
    const order: string[] = [];
    for await (const chunk of walkPeople({ store }, "s")) {
      order.push(`chunk of ${chunk.length}`);
      setImmediate(() => order.push("somebody else"));
    }
    expect(order.slice(0, 4)).toEqual(["chunk of 500", "somebody else", "chunk of 500", "somebody else"]);
  });
});
