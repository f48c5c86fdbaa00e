import type { Arrivals } from "@tests/bench/load/arrivals.ts";
import { requestBytes } from "@tests/bench/load/http-connection.ts";
import { type Pacing, runRequests } from "@tests/bench/load/run-requests.ts";
import { contentOf } from "@tests/bench/measured/marker.ts";
import { wallMs } from "@tests/bench/process/wall-clock.ts";

/** Messages sent to one channel by several authors. As many as the round expects. */
export type Conversation = {
  url: string;
  channel: string;
  tokens: readonly string[];
  pacing: Omit<Pacing, "requests">;
};

/** What became of them. */
export type Conversed = {
  complete: boolean;
  elapsedMs: number;
  /** From sending each request to the moment when the last socket held its message. */
  latenciesMs: number[];
};

/** Sends every message of the round and waits until the last socket holds the last one. */
export async function converse({ url, channel, tokens, pacing }: Conversation, arrivals: Arrivals): Promise<Conversed> {
  const target = new URL(url);
  const path = `/channels/${channel}/messages`;
  const sentAtMs: number[] = [];
  const startedMs = wallMs();
  const exchanges = await runRequests(target, { ...pacing, requests: arrivals.expected }, (index) => {
    sentAtMs[index] = wallMs();
    const headers = { "x-session-token": tokens[index % tokens.length] ?? "" };
    return requestBytes(target, { method: "POST", path, headers, body: JSON.stringify({ content: contentOf(index) }) });
  });
  const accepted = exchanges.statuses[200] ?? 0;
  if (accepted !== arrivals.expected)
    throw new Error(`not all sent: ${JSON.stringify(exchanges.statuses)} ${exchanges.lastBody}`);
  const { complete, sequences, lastAtMs } = await arrivals.finished();
  const latenciesMs = sequences.map((sequence, frame) => (lastAtMs[frame] ?? NaN) - (sentAtMs[sequence] ?? NaN));
  return { complete, elapsedMs: Math.max(...lastAtMs) - startedMs, latenciesMs };
}
