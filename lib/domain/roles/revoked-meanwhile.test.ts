/** Who may keep what an override grants already does not bring it back once it was taken away (P13). */
import { describe, expect, test } from "bun:test";
import type { Actor } from "@lib/domain/actor.ts";
import { setChannelDefaultPermissions } from "@lib/domain/channels/set-channel-default-permissions.ts";
import { setChannelRolePermissions } from "@lib/domain/channels/set-channel-role-permissions.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { setServerRolePermissions } from "@lib/domain/roles/set-server-role-permissions.ts";
import { during } from "@tests/harness/during.ts";
import { type Profile, profiles } from "@tests/harness/profiles.ts";
import { type Seeded, seedMember, seedRole, seedServer, seedUser } from "@tests/harness/seed.ts";
import { bits } from "@tests/harness/seed-chat.ts";
import { testApi } from "@tests/harness/test-api.ts";

const actorOf = ({ id, user }: Seeded): Actor => ({ id, user, bot: false, sessionId: "" });

const GRANTED = { a: bits("ManageMessages"), d: 0 };

/** A server whose moderator may manage permissions, but not messages as a lower role and everybody in a channel may. */
async function scene(profile: Profile) {
  const api = await testApi({ profile });
  const [owner, moderator] = [await seedUser(api), await seedUser(api)];
  const top = seedRole(api, { rank: 0, permissions: { a: bits("ManagePermissions"), d: 0 } });
  const low = seedRole(api, { rank: 1, permissions: GRANTED });
  const roles = { [top._id]: top, [low._id]: low };
  const granting = { default_permissions: { a: 0, d: 0 }, role_permissions: { [low._id]: GRANTED } };
  const { id, channelId: target } = await seedServer(api, owner, { roles }, granting);
  await seedMember(api, { id }, moderator, { roles: [top._id] });
  const ofRole = (allow: bigint | number) => ({ role_id: low._id, permissions: { allow, deny: 0 }, reason: null });
  return {
    deps: api.deps,
    owner,
    moderator,
    sets: {
      server: (by: Seeded, allow: bigint | number) => (deps: Deps) =>
        setServerRolePermissions(deps, actorOf(by), { target: id, ...ofRole(allow) }),
      role: (by: Seeded, allow: bigint | number) => (deps: Deps) =>
        setChannelRolePermissions(deps, actorOf(by), { target, ...ofRole(allow) }),
      everybody: (by: Seeded, allow: bigint | number) => (deps: Deps) =>
        setChannelDefaultPermissions(deps, actorOf(by), { target, permissions: { allow, deny: 0 }, reason: null }),
    },
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

const writes = {
  server: { repository: "servers", method: "updateRole" },
  role: { repository: "channels", method: "setRolePermissions" },
  everybody: { repository: "channels", method: "update" },
} as const;

describe.each(profiles)("permissions that are revoked meanwhile on $name", (profile) => {
  test.each(["server", "role", "everybody"] as const)("P13: 403 for keeping them, for overrides of: %s", async (of) => {
    await using s = await scene(profile);
    const set = s.sets[of];
    await set(s.owner, GRANTED.a)(s.deps);

    const [revoked, kept] = await during(s.deps, {
      ...writes[of],
      when: "before",
      first: set(s.owner, 0),
      second: set(s.moderator, GRANTED.a),
    });

    expect(revoked.status).toBe("fulfilled");
    expect(kept).toMatchObject({ status: "rejected", reason: { type: "CannotGiveMissingPermissions" } });
  });
});
