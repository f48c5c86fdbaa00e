import type { MongoClient, TopologyDescriptionChangedEvent } from "mongodb";

/** What is told of the servers. */
export type ServerWatcher = {
  /** Called when a writable server is found or lost. A failed first attempt is a loss too: before it nothing is known. */
  onState(up: boolean): void;
  /** Called when no writable server is known, and the driver will never find one: it has to connect anew. */
  onStuck(): void;
};

/** More than the driver's own timeouts, so that what it ends by itself is left to it. */
const OVERDUE_MS = 1_000;

/**
 * Follows how the driver sees its servers, and whether it still looks. It asks each one for a sign of life and, where
 * that request meets the end of its connection, waits for the answer for ever: neither the end nor the timeout of a
 * connection is seen while it is written to. Of a server that it lost at that moment it would never hear again.
 */
export function watchServers(client: MongoClient, { onState, onStuck }: ServerWatcher): void {
  const { connectTimeoutMS, heartbeatFrequencyMS } = client.options;
  const overdueAfterMs = connectTimeoutMS + Math.max(connectTimeoutMS, heartbeatFrequencyMS) + OVERDUE_MS;
  const asked = new Map<string, Timer>();
  const overdue = new Set<string>();
  let last: boolean | null = null;

  const tell = (up: boolean) => {
    if (up === last) return;
    last = up;
    onState(up);
  };
  const forget = (address: string) => {
    clearTimeout(asked.get(address));
    asked.delete(address);
    overdue.delete(address);
  };
  /** Another server may do: then nothing is stuck. */
  const endWhenStuck = () => {
    if (last || overdue.size === 0) return;
    for (const address of [...asked.keys()]) forget(address);
    onStuck();
  };

  client.on("topologyDescriptionChanged", ({ newDescription }: TopologyDescriptionChangedEvent) => {
    const isUp = [...newDescription.servers.values()].some((server) => server.isWritable);
    if (isUp || last) tell(isUp);
    endWhenStuck();
  });
  client.on("serverHeartbeatStarted", ({ connectionId: address }) => {
    forget(address);
    const timer = setTimeout(() => {
      overdue.add(address);
      endWhenStuck();
    }, overdueAfterMs);
    asked.set(address, timer.unref());
  });
  client.on("serverHeartbeatSucceeded", ({ connectionId: address }) => forget(address));
  client.on("serverHeartbeatFailed", ({ connectionId: address }) => {
    forget(address);
    if (last === null) tell(false);
  });
  client.on("serverClosed", ({ address }) => forget(address));
}
