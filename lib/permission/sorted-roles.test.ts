import { describe, expect, test } from "bun:test";
import { channelPermissions } from "@lib/permission/channel-permissions.ts";
import { actorRank, lowestRank, memberRank, outranks } from "@lib/permission/member-rank.ts";
import { hasPermission, permissionBits, toStored } from "@lib/permission/permissions.ts";
import { serverPermissions } from "@lib/permission/server-permissions.ts";
import { sortedRoles } from "@lib/permission/sorted-roles.ts";
import fc from "fast-check";

const bit = (name: keyof typeof permissionBits) => 2 ** permissionBits[name];
const none = { a: 0, d: 0 };

const roles = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 6 }),
  fc.record({
    rank: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
    permissions: fc.record({ a: fc.maxSafeInteger(), d: fc.maxSafeInteger() }),
  }),
  { maxKeys: 8 },
);

describe("order of roles", () => {
  test("largest rank first, whatever the member's list looks like", () => {
    fc.assert(
      fc.property(roles, fc.infiniteStream(fc.nat()), (all, shuffle) => {
        const ids = Object.keys(all);
        const listed = [...ids, ...ids, "unknown role"].sort(() => (shuffle.next().value % 3) - 1);
        const sorted = sortedRoles({ roles: all }, { roles: listed });

        expect(sorted.map(({ id }) => id).sort()).toEqual(ids.sort());
        for (const [index, role] of sorted.slice(1).entries()) expect(role.rank <= sorted[index]!.rank).toBe(true);
        expect(sortedRoles({ roles: all }, { roles: ids.toReversed() })).toEqual(sorted);
        expect(memberRank({ roles: all }, { roles: listed })).toBe(sorted.at(-1)?.rank ?? lowestRank);
      }),
    );
  });

  test("equal ranks follow their ids, whether number or bigint", () => {
    const all = { b: { rank: 3n, permissions: none }, a: { rank: 3, permissions: none } };
    for (const listed of [
      ["a", "b"],
      ["b", "a"],
    ]) {
      expect(sortedRoles({ roles: all }, { roles: listed }).map(({ id }) => id)).toEqual(["a", "b"]);
    }
  });

  test("names of object properties are no roles", () => {
    expect(sortedRoles({ roles: {} }, { roles: ["constructor", "__proto__"] })).toEqual([]);
  });

  test("the last override applied decides every bit it names", () => {
    fc.assert(
      fc.property(roles, (all) => {
        const server = { owner: "O", default_permissions: -1, roles: all };
        const member = { roles: Object.keys(all) };
        const result = BigInt(
          toStored(serverPermissions({ privileged: false, userId: "A", server, member, nowMs: 0 })),
        );
        const top = sortedRoles(server, member).at(-1);
        if (!top) return expect(result).toBe(-1n);
        const [allow, deny] = [BigInt(top.permissions.a), BigInt(top.permissions.d)];
        expect(result & deny).toBe(0n);
        expect(result & allow & ~deny).toBe(allow & ~deny);
      }),
    );
  });
});

describe("rank 0 has the last word", () => {
  const allow = { a: bit("SendMessage"), d: 0 };
  const deny = { a: 0, d: bit("SendMessage") };

  test.each([
    ["allowed by rank 0, denied by rank 1", 0, 1, true],
    ["denied by rank 0, allowed by rank 1", 1, 0, false],
  ])("%s", (_, allowingRank, denyingRank, expected) => {
    const value = channelPermissions({
      privileged: false,
      userId: "A",
      server: {
        owner: "O",
        default_permissions: bit("ViewChannel"),
        roles: { A: { rank: allowingRank, permissions: none }, B: { rank: denyingRank, permissions: none } },
      },
      channel: { channel_type: "TextChannel", role_permissions: { A: allow, B: deny } },
      member: { roles: ["A", "B"] },
      nowMs: 0,
    });
    expect(hasPermission(value, "SendMessage")).toBe(expected);
  });
});

describe("ranking of those who act", () => {
  const server = { owner: "O", roles: { mod: { rank: 1, permissions: none }, guest: { rank: 2, permissions: none } } };
  const actor = (userId: string, ...held: string[]) =>
    actorRank({ privileged: userId === "P", userId, server, member: { roles: held } });

  test("owner and privileged users stand above rank 0", () => {
    expect(outranks(actor("O"), 0)).toBe(true);
    expect(outranks(actor("P", "guest"), 0)).toBe(true);
  });

  test("who is no member stands above nobody", () => {
    const rank = actorRank({ privileged: false, userId: "X", server, member: null });
    expect(outranks(rank, lowestRank)).toBe(false);
    expect(outranks(rank, 0)).toBe(false);
  });

  test("only a strictly better ranking counts", () => {
    expect([2, 1, 0].map((target) => outranks(actor("A", "mod"), target))).toEqual([true, false, false]);
  });

  test("members without roles tie", () => {
    expect(actor("A")).toBe(lowestRank);
    expect(outranks(actor("A"), memberRank(server, { roles: [] }))).toBe(false);
    expect(outranks(actor("A", "guest"), lowestRank)).toBe(true);
  });
});
