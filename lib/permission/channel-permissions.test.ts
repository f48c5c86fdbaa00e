import { describe, expect, test } from "bun:test";
import { type PermissionServerChannel, channelPermissions } from "@lib/permission/channel-permissions.ts";
import { serverDefault } from "@lib/permission/default-permissions.ts";
import { emptyPermissions, hasPermission, permissionBits, toStored } from "@lib/permission/permissions.ts";
import { type PermissionMember, serverPermissions } from "@lib/permission/server-permissions.ts";
import type { PermissionServer } from "@lib/permission/sorted-roles.ts";

const bit = (name: keyof typeof permissionBits) => 2 ** permissionBits[name];
const allow = (name: keyof typeof permissionBits) => ({ a: bit(name), d: 0 });
const deny = (name: keyof typeof permissionBits) => ({ a: 0, d: bit(name) });
const nowMs = 1_700_000_000_000;

/** The value of member A, or of `userId`, in a channel of a server with the stock default. */
function calculate(given: {
  userId?: string;
  roles?: PermissionServer["roles"];
  channel?: Omit<PermissionServerChannel, "channel_type">;
  member?: PermissionMember;
}) {
  return channelPermissions({
    privileged: false,
    userId: given.userId ?? "A",
    server: { owner: "O", default_permissions: toStored(serverDefault), roles: given.roles },
    channel: { channel_type: "TextChannel", ...given.channel },
    member: { roles: Object.keys(given.roles ?? {}), ...given.member },
    nowMs,
  });
}

describe("precedence in a channel of a server", () => {
  test("who may not view the channel may do nothing in it", () => {
    expect(calculate({ channel: { default_permissions: deny("ViewChannel") } })).toEqual(emptyPermissions);
  });

  test("a role that allows beats the channel's default that denies", () => {
    const roles = { R: { rank: 0, permissions: allow("SendMessage") } };
    const channel = { default_permissions: deny("SendMessage") };
    expect(hasPermission(calculate({ roles, channel }), "SendMessage")).toBe(true);
    expect(hasPermission(calculate({ channel }), "SendMessage")).toBe(false);
  });

  test("a role that denies beats the channel's default that allows", () => {
    const roles = { R: { rank: 0, permissions: deny("ManageMessages") } };
    const channel = { default_permissions: allow("ManageMessages") };
    expect(hasPermission(calculate({ roles, channel }), "ManageMessages")).toBe(false);
    expect(hasPermission(calculate({ channel }), "ManageMessages")).toBe(true);
  });

  test("permissions-20: the override of a deleted role has no effect", () => {
    const channel = { role_permissions: { R: deny("SendMessage") } };
    expect(hasPermission(calculate({ channel, member: { roles: ["R"] } }), "SendMessage")).toBe(true);
  });

  test("permissions-44: a reserved bit that is stored is kept", () => {
    const channel = { default_permissions: { a: 32, d: 0 } };
    expect(toStored(calculate({ channel }))).toBe(77014766592 + 32);
  });
});

describe("timeout", () => {
  test.each([
    ["a member in timeout reads but does not send", 1, ["ViewChannel", "ReadMessageHistory"]],
    ["a timeout that ends now is over", 0, ["ViewChannel", "ReadMessageHistory", "SendMessage"]],
    ["a timeout of the past is over", -1000, ["ViewChannel", "ReadMessageHistory", "SendMessage"]],
  ] as const)("%s", (_, offsetMs, expected) => {
    const value = calculate({ member: { timeout: nowMs + offsetMs } });
    const asked = ["ViewChannel", "ReadMessageHistory", "SendMessage"] as const;
    expect(asked.filter((name) => hasPermission(value, name))).toEqual([...expected]);
  });

  test("the owner's own timeout has no effect", () => {
    expect(hasPermission(calculate({ userId: "O", member: { timeout: nowMs + 60_000 } }), "SendMessage")).toBe(true);
  });
});

test("muted members neither speak nor show video, deafened ones do not listen", () => {
  const voice = (member: PermissionMember) =>
    (["Speak", "Video", "Listen", "Connect"] as const).filter((name) => hasPermission(calculate({ member }), name));
  expect(voice({ can_publish: false })).toEqual(["Listen", "Connect"]);
  expect(voice({ can_receive: false })).toEqual(["Speak", "Video", "Connect"]);
});

test("the stored default -1 is every bit, and is sent as -1", () => {
  const server = { owner: "O", default_permissions: -1 };
  const value = serverPermissions({ privileged: false, userId: "A", server, member: {}, nowMs });
  expect(toStored(value)).toBe(-1);
  expect(hasPermission(value, Object.keys(permissionBits) as (keyof typeof permissionBits)[])).toBe(true); // its keys
});
