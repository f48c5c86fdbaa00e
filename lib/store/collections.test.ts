import { describe, expect, test } from "bun:test";
import { collections } from "@lib/store/collections.ts";
import type { CollectionDeclaration } from "@lib/store/database.ts";
import { initialiseDatabase } from "@lib/store/initialise-database.ts";
import { openStore } from "@lib/store/store.ts";
import fixture from "@tests/fixtures/reference-database.json";
import { describeMongo, openFreshMongo } from "@tests/harness/mongodb.ts";
import {
  storedMessage,
  storedRole,
  storedServer,
  storedTextChannel,
  storedUser,
} from "@tests/harness/stored-documents.ts";

const declared = new Map<string, CollectionDeclaration>(
  Object.values(collections).map((declaration) => [declaration.name, declaration]),
);

describe("declarations", () => {
  test("data-2: every index of the reference is declared under its name, with its keys and uniqueness", () => {
    for (const [collection, indexes] of Object.entries(fixture.indexes)) {
      for (const index of indexes.filter(({ name }) => name !== "_id_")) {
        const own = declared.get(collection)?.indexes.find(({ name }) => name === index.name);
        if (!own) throw new Error(`${collection}.${index.name} is not declared`);
        const isText = Object.values(own.keys).includes("text");
        if (!isText) expect([index.name, Object.keys(own.keys)]).toEqual([index.name, Object.keys(index.key)]);
        expect([index.name, own.unique ?? false]).toEqual([index.name, "unique" in index && index.unique === true]);
      }
    }
  });

  test("data-3: names and e-mail addresses ignore case", () => {
    const ignoring = [...declared.values()].flatMap(({ name, indexes }) =>
      indexes.filter((index) => index.caseInsensitive).map((index) => `${name}.${index.name}`),
    );
    expect(ignoring.toSorted()).toEqual([
      "accounts.email",
      "accounts.email_normalised",
      "users.username",
      "users.username_discriminator",
    ]);
  });

  test("no collection has two indexes of one name", () => {
    for (const { name, indexes } of declared.values()) {
      expect([name, new Set(indexes.map((index) => index.name)).size]).toEqual([name, indexes.length]);
    }
  });
});

describeMongo("BSON types of what the repositories write", (url) => {
  test("data-12: permissions, ranks, flags and times are Int64, small fields Int32, and nothing is a Double", async () => {
    await using fresh = await openFreshMongo(url);
    await initialiseDatabase(fresh.database);
    const store = openStore(fresh.database, { onMalformed: () => {} });
    await store.users.insert(storedUser("u", { badges: 1, flags: 2 }));
    await store.servers.insert(storedServer("s"));
    await store.servers.insertRole("s", storedRole("r"));
    await store.servers.updateRole("s", "r", { permissions: { a: 2 ** 36, d: 0 } });
    await store.channels.insert(storedTextChannel("c", { slowmode: 5, voice: { max_users: 2 } }));
    await store.channels.setRolePermissions("c", "r", { a: 1, d: 0 });
    await store.messages.insert(storedMessage("m"));
    await store.members.join({ server: "s", user: "u" }, 1_700_000_000_000);
    await store.userSettings.set("u", { theme: [5, "x"] });

    const one = (name: string) => fresh.native.collection(name).findOne({});
    const [user, server, channel] = [await one("users"), await one("servers"), await one("channels")];
    const role = server?.["roles"]["r"];
    const [message, member, settings] = [
      await one("messages"),
      await one("server_members"),
      await one("user_settings"),
    ];
    const long = [
      user?.["last_acknowledged_policy_change"],
      server?.["default_permissions"],
      ...[role.permissions.a, role.permissions.d, role.rank],
      ...[channel?.["slowmode"], channel?.["voice"].max_users, channel?.["role_permissions"].r.a],
      ...[message?.["flags"], member?.["joined_at"], settings?.["theme"][0]],
    ];
    expect(long.map(kind)).toEqual(long.map(() => "Long"));
    expect(String(role.permissions.a)).toBe("68719476736");
    expect([kind(user?.["badges"]), kind(user?.["flags"])]).toEqual(["Int32", "Int32"]);
  });
});

function kind(value: unknown): string {
  return Object(value).constructor.name;
}
