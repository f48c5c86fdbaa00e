import { holdServer } from "@lib/gateway/membership.ts";
import { addMember, reclassify, visibleChannels } from "@lib/gateway/view-class.ts";
import { type ServerView, type UserView, emptyWorld } from "@lib/gateway/world.ts";
import type { TextChannelDocument } from "@lib/model/stored/channel.ts";
import { VIEW } from "@tests/harness/gateway-community.ts";
import { role } from "@tests/harness/test-gateway.ts";
import { expect, test } from "bun:test";
import fc from "fast-check";

const MANAGE = 1;

const user = (id: string): UserView => ({
  id,
  user: { _id: id, username: id, discriminator: "0001", privileged: false, last_acknowledged_policy_change: 0 },
  bot: false,
  ...{ relations: new Map(), connections: [], servers: [], directs: new Set(), lost: new Set<string>() },
  typing: null,
  notes: null,
});

/** A server with these bits by default, roles R0, R1, … and channels with overrides of these. */
function serverWith(
  default_permissions: number,
  roles: readonly [a: number, d: number][],
  channels: readonly (readonly [a: number, d: number][])[],
): ServerView {
  const ids = channels.map((_, at) => `C${at}`);
  const entries = roles.map(([a, d], at) => [`R${at}`, role(`R${at}`, at, a, d)] as const);
  const documents = channels.map((overrides, at): TextChannelDocument => {
    const role_permissions = Object.fromEntries(overrides.map(([a, d], of) => [`R${of}`, { a, d }]));
    return { channel_type: "TextChannel", _id: `C${at}`, server: "S", name: "c", role_permissions, nsfw: false };
  });
  const server = {
    ...{ _id: "S", owner: "owner", name: "s", channels: ids, roles: Object.fromEntries(entries), default_permissions },
    ...{ nsfw: false, analytics: false, discoverable: false },
  };
  return holdServer(emptyWorld(), server, documents);
}

const bits = fc.constantFrom<[number, number]>(
  [0, 0],
  [VIEW, 0],
  [0, VIEW],
  [VIEW, VIEW],
  [MANAGE, 0],
  [VIEW + MANAGE, 0],
);
const roles = fc.array(bits, { minLength: 4, maxLength: 4 });

test("P4: whatever roles allow or deny, members are found to view what each of them may", () => {
  const held = fc.array(fc.subarray(["R0", "R1", "R2", "R3", "R4", "gone"]), { minLength: 1, maxLength: 8 });
  const channels = fc.array(roles, { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(fc.constantFrom(0, VIEW), roles, channels, held, roles, (start, before, overrides, holders, after) => {
      const server = serverWith(start, before, overrides);
      const members = holders.map((own, at) => addMember(server, user(`U${at}`), own));
      server.server = serverWith(start, after, []).server;

      reclassify(server).settle();

      const found = members.map(({ viewClass }) => [...viewClass.channels].sort());
      expect(found).toEqual(members.map((member) => [...visibleChannels(server, member.user, member.roles)].sort()));
    }),
  );
});

test("P5: members whose roles differ only in what decides nothing are looked at together", () => {
  const shown = Array.from({ length: 8 }, (): [number, number] => [MANAGE, 0]);
  const server = serverWith(VIEW, [[0, VIEW], ...shown], [[]]);
  for (let at = 0; at < 256; at++)
    addMember(
      server,
      user(`U${at}`),
      shown.flatMap((_, bit) => ((at >> bit) % 2 === 1 ? [`R${bit + 1}`] : [])).concat(at % 2 ? ["R0"] : []),
    );
  let looks = 0;
  const { default_permissions, ...rest } = server.server;
  server.server = Object.defineProperty({ ...rest, default_permissions }, "default_permissions", {
    get: () => (looks++, default_permissions),
  });

  reclassify(server).settle();

  expect(looks).toBe(2); // with and without the role that hides the channel
});
