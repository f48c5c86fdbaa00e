import { describe, expect, test } from "bun:test";
import { bulkChannelPermissions, listViewers } from "@lib/permission/bulk-channel-permissions.ts";
import { channelPermissions } from "@lib/permission/channel-permissions.ts";
import { actorRank } from "@lib/permission/member-rank.ts";
import { canSetOverride } from "@lib/permission/override.ts";
import { type PermissionValue, contains, permissionValue, toStored } from "@lib/permission/permissions.ts";
import { serverPermissions } from "@lib/permission/server-permissions.ts";
import { relationshipWith, userPermissions } from "@lib/permission/user-permissions.ts";
import { z } from "zod";
import json from "@lib/permission/vectors.json";

// Integers beyond the safe range are decimal strings in the file; `expected` values are unsigned, and always strings.
const Integer = z.union([z.number(), z.string().transform(BigInt)]);
const Unsigned = z.string().transform(BigInt);
const Override = z.strictObject({ a: Integer, d: Integer });
const User = z.strictObject({
  _id: z.string(),
  privileged: z.boolean().default(false),
  bot: z.strictObject({ owner: z.string() }).optional(),
  relations: z
    .array(
      z.strictObject({
        _id: z.string(),
        status: z.enum(["None", "User", "Friend", "Outgoing", "Incoming", "Blocked", "BlockedOther"]),
      }),
    )
    .optional(),
});
const Server = z.strictObject({
  owner: z.string(),
  default_permissions: Integer,
  roles: z.record(z.string(), z.strictObject({ rank: z.number(), permissions: Override })),
});
const Member = z.strictObject({
  roles: z.array(z.string()),
  timeout: z.number().optional(), // relative to the time of the calculation, which is 0
  can_publish: z.boolean().optional(),
  can_receive: z.boolean().optional(),
});
const ServerChannel = z.strictObject({
  channel_type: z.literal("TextChannel"),
  default_permissions: Override.optional(),
  role_permissions: z.record(z.string(), Override).optional(),
});
const Channel = z.discriminatedUnion("channel_type", [
  z.strictObject({ channel_type: z.literal("SavedMessages"), user: z.string() }),
  z.strictObject({ channel_type: z.literal("DirectMessage"), recipients: z.array(z.string()) }),
  z.strictObject({
    channel_type: z.literal("Group"),
    owner: z.string(),
    recipients: z.array(z.string()),
    permissions: Integer.optional(),
  }),
  ServerChannel,
]);
const onServer = { server: Server.nullable(), member: Member.nullable() };
const towardsUser = { perspective: User, mutual: z.boolean() };

const vectors = z
  .strictObject({
    user: z.array(z.strictObject({ id: z.string(), ...towardsUser, target: User.nullable(), expected: Unsigned })),
    server: z.array(z.strictObject({ id: z.string(), perspective: User, ...onServer, expected: Unsigned })),
    channel: z.array(
      z.strictObject({
        id: z.string(),
        ...towardsUser,
        ...onServer,
        channel: Channel.nullable(),
        recipient: User.nullable(),
        expected: Unsigned,
      }),
    ),
    bulk: z.array(
      z.strictObject({
        id: z.string(),
        server: Server,
        channel: ServerChannel,
        users: z.array(User),
        members: z.array(Member.extend({ user: z.string() })),
        canView: z.record(z.string(), z.boolean()),
        expected: z.record(z.string(), Unsigned),
      }),
    ),
    grant: z.array(
      z.strictObject({
        id: z.string(),
        mine: Integer,
        current: Override.nullable(),
        next: Override,
        expected: z.enum(["ok", "CannotGiveMissingPermissions"]),
      }),
    ),
    has: z.array(z.strictObject({ id: z.string(), value: Integer, mask: Integer, expected: z.boolean() })),
    rank: z.array(
      z.strictObject({
        id: z.string(),
        server: Server,
        member: Member.nullable(),
        expected: z.union([z.literal("none"), Unsigned]),
      }),
    ),
  })
  .parse(json);

type User = z.output<typeof User>;

const unsigned = (value: PermissionValue) => BigInt.asUintN(64, BigInt(toStored(value)));

function towards(perspective: User, target: User | null, mutual: boolean) {
  return userPermissions({
    privileged: perspective.privileged,
    same: target?._id === perspective._id,
    relationship: target ? relationshipWith(perspective, target) : "None",
    mutual: target !== null && mutual,
    perspectiveIsBot: perspective.bot !== undefined,
    targetIsBot: target?.bot !== undefined,
  });
}

test("the file holds every vector", () => {
  expect(Object.fromEntries(Object.entries(vectors).map(([kind, list]) => [kind, list.length]))).toEqual({
    user: 44,
    server: 49,
    channel: 118,
    bulk: 9,
    grant: 16,
    has: 8,
    rank: 6,
  });
});

describe("permissions-1: single calculations", () => {
  test.each(vectors.user)("$id", ({ perspective, target, mutual, expected }) => {
    expect(BigInt.asUintN(64, BigInt(towards(perspective, target, mutual)))).toBe(expected);
  });

  test.each(vectors.server)("$id", ({ perspective, server, member, expected }) => {
    const { _id: userId, privileged } = perspective;
    expect(unsigned(serverPermissions({ privileged, userId, server, member, nowMs: 0 }))).toBe(expected);
  });

  test.each(vectors.channel)("$id", ({ perspective, channel, server, member, recipient, mutual, expected }) => {
    const value = channelPermissions({
      privileged: perspective.privileged,
      userId: perspective._id,
      channel,
      server,
      member,
      recipient: recipient && towards(perspective, recipient, mutual),
      nowMs: 0,
    });
    expect(unsigned(value)).toBe(expected);
  });
});

test.each(vectors.bulk)("permissions-2: $id", ({ server, channel, users, members, canView, expected }) => {
  const byUser = new Map(members.map(({ user, ...member }) => [user, member]));
  const facts = { server, channel, users, members: byUser, nowMs: 0 };
  const values = [...bulkChannelPermissions(facts)].map(([id, value]) => [id, unsigned(value)]);
  expect(Object.fromEntries(values)).toEqual(expected);
  expect([...listViewers(facts)].sort()).toEqual(
    Object.keys(canView)
      .filter((id) => canView[id])
      .sort(),
  );
});

describe("permissions-3: grants, containment and ranks", () => {
  test.each(vectors.grant)("$id", ({ mine, current, next, expected }) => {
    expect(canSetOverride(permissionValue(mine), current, next)).toBe(expected === "ok");
  });

  test.each(vectors.has)("$id", ({ value, mask, expected }) => {
    expect(contains(permissionValue(value), permissionValue(mask))).toBe(expected);
  });

  test.each(vectors.rank)("$id", ({ server, member, expected }) => {
    const rank = actorRank({ privileged: false, userId: "A", server, member });
    expect(rank === null ? "none" : BigInt(rank)).toBe(expected);
  });
});
