import { describe, expect, test } from "bun:test";
import { ApiError } from "@lib/error/fail.ts";
import {
  defaultPermissions,
  directMessageDefault,
  serverDefault,
  viewOnly,
  webhookDefault,
} from "@lib/permission/default-permissions.ts";
import {
  contains,
  emptyPermissions,
  grantAllSafe,
  hasPermission,
  intersection,
  permissionBits,
  permissionsOf,
  permissionValue,
  requirePermission,
  toStored,
  union,
  without,
} from "@lib/permission/permissions.ts";
import { applyOverride, grantCheck, storedOverride } from "@lib/permission/override.ts";
import { hasUserPermission, requireUserPermission } from "@lib/permission/user-permissions.ts";
import fc from "fast-check";

const int64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.maxSafeInteger().map(BigInt),
  fc.constantFrom(-1n, 0n, 2n ** 31n, 2n ** 32n, 2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)),
);
/** What the store hands out: a number when that is exact. */
const stored = (value: bigint) => (Number.isSafeInteger(Number(value)) ? Number(value) : value);
const value = (integer: bigint) => permissionValue(stored(integer));
const signed = (result: Parameters<typeof toStored>[0]) => BigInt(toStored(result));

test("permissions-4: the constants have the values of the protocol", () => {
  const constants = { viewOnly, defaultPermissions, directMessageDefault, serverDefault, webhookDefault, grantAllSafe };
  expect(Object.fromEntries(Object.entries(constants).map(([name, set]) => [name, toStored(set)]))).toEqual({
    viewOnly: 3145728,
    defaultPermissions: 76477890560,
    directMessageDefault: 77283196929,
    serverDefault: 77014766592,
    webhookDefault: 876609536,
    grantAllSafe: 4503599627370495,
  });
});

test("every permission is one bit of its own", () => {
  const bits = Object.values(permissionBits);
  expect(new Set(bits).size).toBe(34);
  for (const [name, bit] of Object.entries(permissionBits)) {
    expect(hasPermission(permissionValue(2n ** BigInt(bit)), [name as keyof typeof permissionBits])).toBe(true); // a key of it
  }
});

describe("values are exact to 64 bits, as BigInt computes them", () => {
  test("stored integers come back unchanged, and as a number exactly when that is safe", () => {
    fc.assert(fc.property(int64, (integer) => expect(toStored(value(integer))).toBe(stored(integer))));
  });

  test("unsigned input above 2^63 is stored as its negative twin", () => {
    fc.assert(
      fc.property(int64, (integer) => {
        expect(toStored(permissionValue(BigInt.asUintN(64, integer)))).toBe(stored(integer));
      }),
    );
    expect(storedOverride({ allow: 2n ** 64n - 1n, deny: 2n ** 63n })).toEqual({ a: -1, d: -(2n ** 63n) });
  });

  test("union, intersection, without, contains", () => {
    fc.assert(
      fc.property(int64, int64, (left, right) => {
        expect(signed(union(value(left), value(right)))).toBe(left | right);
        expect(signed(intersection(value(left), value(right)))).toBe(left & right);
        expect(signed(without(value(left), value(right)))).toBe(left & ~right);
        expect(contains(value(left), value(right))).toBe((left & right) === right);
      }),
    );
  });

  test("permissions-21: within an override, deny wins", () => {
    fc.assert(
      fc.property(int64, int64, int64, (base, a, d) => {
        const result = signed(applyOverride(value(base), { a: stored(a), d: stored(d) }));
        expect(result & d).toBe(0n);
        expect(result).toBe((base | a) & ~d);
      }),
    );
  });
});

describe("requirements name what is missing", () => {
  const failure = (work: () => void) => {
    try {
      work();
    } catch (error) {
      return error instanceof ApiError ? { type: error.type, ...error.extra } : error;
    }
    return null;
  };

  test("403 MissingPermission with the first name that is not held", () => {
    const held = permissionsOf("ViewChannel", "Video");
    expect(failure(() => requirePermission(held, ["Video", "ViewChannel"]))).toBeNull();
    expect(failure(() => requirePermission(held, ["Video", "Listen", "React"]))).toEqual({
      type: "MissingPermission",
      permission: "Listen",
    });
    expect(failure(() => requirePermission(emptyPermissions, "Speak"))).toEqual({
      type: "MissingPermission",
      permission: "Speak",
    });
  });

  test("403 MissingPermission for permissions towards users, too; -1 holds every one", () => {
    expect(failure(() => requireUserPermission(3, "ViewProfile"))).toBeNull();
    expect(failure(() => requireUserPermission(1, "ViewProfile"))).toEqual({
      type: "MissingPermission",
      permission: "ViewProfile",
    });
    expect(hasUserPermission(-1, "Invite")).toBe(true);
  });

  test("403 CannotGiveMissingPermissions for handing out what one lacks", () => {
    const mine = permissionsOf("SendMessage");
    const { SendMessage, BanMembers } = permissionBits;
    expect(failure(() => grantCheck(mine, null, { a: 2 ** SendMessage, d: 2 ** BanMembers }))).toBeNull();
    expect(failure(() => grantCheck(mine, null, { a: 2 ** BanMembers, d: 0 }))).toEqual({
      type: "CannotGiveMissingPermissions",
    });
  });
});
