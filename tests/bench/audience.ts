/** The sockets of rooms, however many processes hold them. */
import type { Arrival } from "@tests/bench/load/arrivals.ts";
import type { SocketCommands } from "@tests/bench/load/sockets.ts";
import type { Child } from "@tests/bench/process/spawn-child.ts";

/** What is asked of everybody who listens. */
export type Audience = {
  /** Begins a round: the first so many sockets shall get so many frames, the others none that count. */
  expect(round: { sockets: number; frames: number }): Promise<void>;
  /** Resolves when every socket of the round holds so many frames. */
  reached(frames: number): Promise<void>;
  finished(): Promise<Arrival>;
};

/** Sockets that were dealt out to processes in turn. */
export function audienceOf(loads: readonly Pick<Child<SocketCommands>, "call">[]): Audience {
  return {
    async expect({ sockets, frames }) {
      const share = (index: number): number => Math.ceil((sockets - index) / loads.length);
      await Promise.all(loads.map((load, index) => load.call("expect", { sockets: share(index), frames })));
    },
    async reached(frames) {
      await Promise.all(loads.map((load) => load.call("reached", { frames })));
    },
    finished: async () => together(await Promise.all(loads.map((load) => load.call("finished")))),
  };
}

/** A frame is there when the last process has it; all processes got the same frames in the same order. */
function together(arrivals: readonly Arrival[]): Arrival {
  const sequences = arrivals[0]?.sequences ?? [];
  const isSame = arrivals.every((arrival) => arrival.sequences.join() === sequences.join());
  return {
    complete: isSame && arrivals.every(({ complete }) => complete),
    sequences,
    lastAtMs: sequences.map((_, frame) => Math.max(...arrivals.map(({ lastAtMs }) => lastAtMs[frame] ?? NaN))),
  };
}
