import type { Deps } from "@lib/domain/deps.ts";
import { enterWorld } from "@lib/gateway/membership.ts";
import { createPresence } from "@lib/gateway/presence.ts";
import type { Snapshot } from "@lib/gateway/snapshot.ts";
import { emptyWorld } from "@lib/gateway/world.ts";
import { testConnection } from "@tests/harness/test-connection.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { type TestGateway, testGateway } from "@tests/harness/test-gateway.ts";
import { expect, spyOn, test } from "bun:test";

/** Live connections of a stored user, which only its presence looks at. */
async function connected(gateway: TestGateway, count: number) {
  const { user } = await gateway.user();
  const snapshot: Snapshot = {
    ...{ user, memberships: [], heldServers: [], directs: [], users: [], emojis: [], policies: [], unreads: [] },
    ...{
      servers: new Map(),
      online: new Set<string>(),
      bots: new Set<string>(),
      memberCounts: new Map<string, number>(),
      settings: {},
    },
  };
  const world = emptyWorld();
  const connections = Array.from({ length: count }, (_, at) => {
    const connection = testConnection(`${at}`);
    enterWorld(world, connection, snapshot);
    return connection;
  });
  return { user, connections };
}

/** The ports of a gateway with some operations on keys replaced. */
const withKeys = ({ deps }: TestGateway, keys: Partial<Deps["keys"]>): Deps => ({
  ...deps,
  keys: { ...deps.keys, ...keys },
});

test("P8: of one user nothing is ended before what came first has begun", async () => {
  await using gateway = await testGateway();
  const { connections } = await connected(gateway, 1);
  const [connection] = connections;
  if (!connection) throw new Error("there is one");
  const opening = Promise.withResolvers<void>();
  const calls: string[] = [];
  const { openLease, closeLease } = gateway.deps.keys;
  const presence = createPresence(
    withKeys(gateway, {
      async openLease(...lease) {
        calls.push("open");
        await opening.promise;
        return openLease(...lease);
      },
      closeLease(...lease) {
        calls.push("close");
        return closeLease(...lease);
      },
    }),
  );

  void presence.open(connection, null);
  void presence.close(connection);
  await gateway.deps.keys.ping();
  await eventually(() => calls.length > 0);
  const before = [...calls];
  opening.resolve();
  await presence.settle();

  expect([before, calls]).toEqual([["open"], ["open", "close"]]);
  expect((await gateway.deps.keys.listOnline([connection.user?.id ?? ""])).size).toBe(0);
});

test("P8: a connection that closes while leases are renewed does not get its lease back", async () => {
  await using gateway = await testGateway();
  const { connections } = await connected(gateway, 501);
  const renewed: number[] = [];
  const { renewLeases } = gateway.deps.keys;
  const presence = createPresence(
    withKeys(gateway, {
      async renewLeases(leases, ttlMs) {
        renewed.push(leases.length);
        if (renewed.length === 1) await Promise.all(connections.map((connection) => presence.close(connection)));
        return renewLeases(leases, ttlMs);
      },
    }),
  );
  await Promise.all(connections.map((connection) => presence.open(connection, null)));

  await presence.beat();

  expect(renewed).toEqual([500, 0]);
});

test("nobody is announced where the operator has turned it off", async () => {
  await using gateway = await testGateway({ settings: { disable_events_dont_use: true } });
  const { user, connections } = await connected(gateway, 1);
  const [connection] = connections;
  if (!connection) throw new Error("there is one");
  const publishing = spyOn(gateway.deps.bus, "publish");
  const presence = createPresence(gateway.deps);

  await presence.open(connection, null);
  const online = await gateway.deps.keys.listOnline([user._id]);
  await presence.close(connection);

  expect(online.size).toBe(1);
  expect(publishing).not.toHaveBeenCalled();
});
