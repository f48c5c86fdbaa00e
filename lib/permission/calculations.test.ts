// The calculations beside a second one, written from the specification alone: plain BigInt, step by step.
import type { Int64 } from "@lib/model/int64.ts";
import type { RelationshipStatus } from "@lib/model/user.ts";
import { bulkChannelPermissions } from "@lib/permission/bulk-channel-permissions.ts";
import { type PermissionChannel, channelPermissions } from "@lib/permission/channel-permissions.ts";
import { memberRank } from "@lib/permission/member-rank.ts";
import { canSetOverride } from "@lib/permission/override.ts";
import {
  type PermissionValue,
  contains,
  permissionBits,
  permissionValue,
  toStored,
} from "@lib/permission/permissions.ts";
import { type PermissionMember, serverPermissions } from "@lib/permission/server-permissions.ts";
import type { PermissionServer } from "@lib/permission/sorted-roles.ts";
import { relationshipWith, userPermissions } from "@lib/permission/user-permissions.ts";
import { propertyRuns } from "@tests/harness/property-runs.ts";
import { expect, test } from "bun:test";
import * as fc from "fast-check";

const ALL = 2n ** 64n - 1n;
const SAFE = 2n ** 52n - 1n;
const bit = (name: keyof typeof permissionBits) => 1n << BigInt(permissionBits[name]);
const VIEW_ONLY = bit("ViewChannel") | bit("ReadMessageHistory");
const DIRECT = 77283196929n;
const NOW = 1_700_000_000_000;

/** As documents have it: a `number` where that is exact. */
function asInt64(value: bigint): Int64 {
  const signed = BigInt.asIntN(64, value);
  return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
}

const unsigned = (value: Int64) => BigInt.asUintN(64, BigInt(value));
const read = (value: PermissionValue) => unsigned(toStored(value));

// Dense around the bits that the calculations name, and anywhere in the 64 bits.
const named = fc
  .subarray(Object.keys(permissionBits) as (keyof typeof permissionBits)[])
  .map((names) => names.reduce((value, name) => value | bit(name), 0n));
const stored = fc
  .oneof(named, fc.bigInt({ min: 0n, max: ALL }), fc.constantFrom(0n, ALL, 2n ** 63n, SAFE))
  .map(asInt64);
const override = fc.record({ a: stored, d: stored });
const roleId = fc.constantFrom("A", "B", "C", "D", "E", "constructor");
const rank = fc.oneof(
  fc.integer({ min: 0, max: 4 }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(asInt64),
);
const userId = fc.constantFrom("me", "you", "them");

const server: fc.Arbitrary<PermissionServer> = fc.record({
  owner: userId,
  default_permissions: stored,
  roles: fc.dictionary(roleId, fc.record({ rank, permissions: override })),
});
const member: fc.Arbitrary<PermissionMember> = fc.record(
  {
    roles: fc.array(roleId, { maxLength: 7 }),
    can_publish: fc.boolean(),
    can_receive: fc.boolean(),
    timeout: fc.constantFrom(null, NOW - 1, NOW, NOW + 1, NOW + 1e9),
  },
  { requiredKeys: [] },
);
const textChannel = fc.record(
  {
    channel_type: fc.constant("TextChannel" as const),
    default_permissions: override,
    role_permissions: fc.dictionary(roleId, override),
  },
  { requiredKeys: ["channel_type"] },
);
const group = fc.record(
  {
    channel_type: fc.constant("Group" as const),
    owner: userId,
    recipients: fc.uniqueArray(userId),
    permissions: stored,
  },
  { requiredKeys: ["channel_type", "owner", "recipients"] },
);
const direct = fc.record({
  channel_type: fc.constant("DirectMessage" as const),
  recipients: fc.constantFrom<string[][]>(["me", "you"], ["you", "me"], ["you", "them"]),
});
const saved = fc.record({ channel_type: fc.constant("SavedMessages" as const), user: userId });
const recipient = fc.constantFrom(null, -1, 0, 1, 3, 7);

type Role = { id: string; rank: bigint; a: bigint; d: bigint };

/** The held roles that exist, once each, from the largest rank to the smallest; equal ones from the last id. */
function heldRoles({ roles = {} }: PermissionServer, holder: PermissionMember): Role[] {
  const held = Object.entries(roles).filter(([id]) => holder.roles?.includes(id));
  const list = held.map(([id, role]) => ({
    id,
    rank: BigInt(role.rank ?? 0),
    a: unsigned(role.permissions.a),
    d: unsigned(role.permissions.d),
  }));
  return list.sort((x, y) => (x.rank === y.rank ? 0 : x.rank > y.rank ? -1 : 1));
}

const apply = (value: bigint, a: bigint, d: bigint) => (value | a) & ~d & ALL;

function limited(value: bigint, of: PermissionMember): bigint {
  let left = value;
  if (of.can_publish === false) left &= ~(bit("Speak") | bit("Video"));
  if (of.can_receive === false) left &= ~bit("Listen");
  return (of.timeout ?? 0) > NOW ? left & VIEW_ONLY : left;
}

function layered(
  on: PermissionServer,
  channel: PermissionChannel & { channel_type: "TextChannel" },
  of: PermissionMember,
) {
  let value = unsigned(on.default_permissions);
  const { default_permissions: every, role_permissions: perRole = {} } = channel;
  if (every) value = apply(value, unsigned(every.a), unsigned(every.d));
  const held = heldRoles(on, of);
  for (const { a, d } of held) value = apply(value, a, d);
  for (const { id } of held) {
    const own = Object.entries(perRole).find(([key]) => key === id)?.[1];
    if (own) value = apply(value, unsigned(own.a), unsigned(own.d));
  }
  return value;
}

/** Equal ranks have no specified order, so a server with such among the held roles says nothing. */
function isOrdered(on: PermissionServer, of: PermissionMember): boolean {
  const ranks = heldRoles(on, of).map((role) => role.rank);
  return new Set(ranks).size === ranks.length;
}

const run = { numRuns: 20 * propertyRuns };

test("permissions of a server are those of a second calculation", () => {
  const facts = fc.record({ privileged: fc.boolean(), userId, server: fc.option(server), member: fc.option(member) });
  const property = fc.property(facts, ({ privileged, userId, server, member }) => {
    fc.pre(!server || !member || isOrdered(server, member));
    let value = 0n;
    if (privileged || server?.owner === userId) value = SAFE;
    else if (server && member) {
      const held = heldRoles(server, member);
      value = limited(
        held.reduce((v, { a, d }) => apply(v, a, d), unsigned(server.default_permissions)),
        member,
      );
    }
    expect(read(serverPermissions({ privileged, userId, server, member, nowMs: NOW }))).toBe(value);
    if (server && member) {
      const smallest = heldRoles(server, member).at(-1)?.rank ?? 2n ** 63n - 1n;
      expect(BigInt(memberRank(server, member))).toBe(smallest);
    }
  });
  fc.assert(property, run);
});

test("permissions of a channel are those of a second calculation", () => {
  const facts = fc.record({
    privileged: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    channel: fc.oneof({ weight: 6, arbitrary: textChannel }, group, direct, saved, fc.constant(null)),
    server: fc.option(server, { freq: 9 }),
    member: fc.option(member, { freq: 9 }),
    recipient,
  });
  const property = fc.property(facts, ({ privileged, channel, server, member, recipient }) => {
    fc.pre(!server || !member || isOrdered(server, member));
    const expected = (): bigint => {
      if (privileged) return SAFE;
      if (channel?.channel_type === "SavedMessages") return channel.user === "me" ? SAFE : 0n;
      if (channel?.channel_type === "DirectMessage") {
        if (!channel.recipients.includes("me")) return 0n;
        return ((recipient ?? 0) & 4) === 4 ? DIRECT : VIEW_ONLY;
      }
      if (channel?.channel_type === "Group") {
        if (channel.owner === "me") return SAFE;
        if (!channel.recipients.includes("me")) return 0n;
        return VIEW_ONLY | (channel.permissions === undefined ? DIRECT : unsigned(channel.permissions));
      }
      if (!channel || !server) return 0n;
      if (server.owner === "me") return SAFE;
      if (!member) return 0n;
      const value = limited(layered(server, channel, member), member);
      return (value & bit("ViewChannel")) === 0n ? 0n : value;
    };
    const facts = { privileged, userId: "me", channel, server, member, recipient, nowMs: NOW };
    expect(read(channelPermissions(facts))).toBe(expected());
  });
  fc.assert(property, run);
});

test("permissions of many in a channel are those of a second calculation", () => {
  const people = fc.dictionary(userId, fc.record({ privileged: fc.boolean(), member: fc.option(member) }));
  const property = fc.property(server, textChannel, people, (server, channel, people) => {
    fc.pre(Object.values(people).every(({ member }) => !member || isOrdered(server, member)));
    const expected = Object.entries(people).map(([id, { privileged, member }]): [string, bigint] => {
      if (!member) return [id, 0n];
      if (privileged || server.owner === id) return [id, SAFE];
      const { timeout } = member;
      return [id, limited(layered(server, channel, member), { timeout })];
    });
    const users = Object.entries(people).map(([_id, { privileged }]) => ({ _id, privileged }));
    const members = new Map(Object.entries(people).flatMap(([id, { member }]) => (member ? [[id, member]] : [])));
    const values = bulkChannelPermissions({ server, channel, users, members, nowMs: NOW });
    expect([...values].map(([id, value]) => [id, read(value)])).toEqual(expected);
  });
  fc.assert(property, run);
});

test("permissions towards a user are those of a second calculation", () => {
  const status = fc.constantFrom<RelationshipStatus[]>(
    ...(["None", "User", "Friend", "Outgoing", "Incoming", "Blocked", "BlockedOther"] as const),
  );
  const relations = fc.array(fc.record({ _id: userId, status }));
  const bot = fc.option(fc.record({ owner: userId }));
  const facts = fc.record({
    privileged: fc.boolean(),
    relations,
    mine: bot,
    target: userId,
    theirs: bot,
    mutual: fc.boolean(),
  });
  const property = fc.property(facts, ({ privileged, relations, mine, target, theirs, mutual }) => {
    const expected = (): bigint => {
      if (privileged || target === "me") return ALL;
      const isOwned = theirs?.owner === "me";
      const found = isOwned ? "User" : (relations.find(({ _id }) => _id === target)?.status ?? "None");
      if (found === "Friend") return ALL;
      if (found === "Blocked" || found === "BlockedOther") return 1n;
      if (mutual) return mine || theirs ? 7n : 3n;
      return found === "Incoming" || found === "Outgoing" ? 1n : 0n;
    };
    const relationship = relationshipWith({ _id: "me", relations }, { _id: target, bot: theirs });
    const same = target === "me";
    const value = userPermissions({
      ...{ privileged, same, relationship, mutual },
      perspectiveIsBot: mine !== null,
      targetIsBot: theirs !== null,
    });
    expect(unsigned(value)).toBe(expected());
  });
  fc.assert(property, run);
});

test("what may be handed out is what a second calculation says", () => {
  const property = fc.property(stored, fc.option(override), override, (mine, current, next) => {
    const [allow, deny] = [unsigned(next.a), unsigned(next.d)];
    const needed = current ? (allow & ~unsigned(current.a)) | (unsigned(current.d) & ~deny) : allow;
    expect(canSetOverride(permissionValue(mine), current, next)).toBe((unsigned(mine) & needed) === needed);
    const mask = permissionValue(next.a);
    expect(contains(permissionValue(mine), mask)).toBe((unsigned(mine) & allow) === allow);
  });
  fc.assert(property, run);
});
