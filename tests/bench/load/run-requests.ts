import { type HttpConnection, openHttpConnection } from "@tests/bench/load/http-connection.ts";

/** How requests are made. */
export type Pacing = {
  connections: number;
  /** Ends after so many requests, or after so long. */
  requests?: number;
  durationMs?: number;
  /** Requests a second whatever becomes of them (open loop); absent: each connection as fast as it is answered. */
  perSecond?: number;
};

/** What became of them. */
export type Exchanges = {
  requests: number;
  elapsedMs: number;
  /** Answers by status. */
  statuses: Record<number, number>;
  /** Of every request from when it was due to its answer. */
  latenciesMs: number[];
  lastBody: string;
};

/** Makes requests; `requestOf` is asked for each one's bytes when it is due. */
export async function runRequests(url: URL, pacing: Pacing, requestOf: (index: number) => Buffer): Promise<Exchanges> {
  const connections = await Promise.all(Array.from({ length: pacing.connections }, () => openHttpConnection(url)));
  const latenciesMs: number[] = [];
  const statuses: Record<number, number> = {};
  const { requests: requestsMax = Infinity, durationMs = Infinity, perSecond } = pacing;
  const startedMs = performance.now();
  let next = 0;
  let lastBody: Buffer = Buffer.alloc(0);

  await Promise.all(connections.map(work));
  const elapsedMs = performance.now() - startedMs;
  for (const connection of connections) connection.end();
  return { requests: latenciesMs.length, elapsedMs, statuses, latenciesMs, lastBody: lastBody.toString() };

  async function work(connection: HttpConnection): Promise<void> {
    for (;;) {
      const index = next++;
      const dueMs = perSecond === undefined ? performance.now() : startedMs + (index / perSecond) * 1000;
      if (index >= requestsMax || dueMs - startedMs >= durationMs) return;
      if (dueMs > performance.now()) await Bun.sleep(dueMs - performance.now());
      const answer = await connection.exchange(requestOf(index));
      lastBody = answer.body;
      latenciesMs.push(performance.now() - dueMs);
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
    }
  }
}
