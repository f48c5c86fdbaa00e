// Holds sockets and watches what they get, in a process of its own.
import { type Arrival, Arrivals } from "@tests/bench/load/arrivals.ts";
import { type LoadSocket, type Opened, openLoadSocket } from "@tests/bench/load/load-socket.ts";
import { type Conversation, converse } from "@tests/bench/load/converse.ts";
import { answerCommands } from "@tests/bench/process/commands.ts";
import { wallMs } from "@tests/bench/process/wall-clock.ts";

/** What the load is asked. */
export type SocketCommands = ReturnType<typeof createSockets>;

/** TCP connections being opened at the same time: what a listener takes without dropping any. */
const OPENING_MAX = 400;

/** What opening sockets took, in all and each, and how many were closed before their first frames. */
export type Openings = { elapsedMs: number; each: Opened[]; failed: number };

function createSockets() {
  let sockets: LoadSocket[] = [];
  let arrivals: Arrivals | null = null;
  let receivedAtMs = 0;
  const current = (): Arrivals => arrivals ?? fail();

  /** Resolves when nothing was received for so long, to when something last was. */
  async function quiet({ forMs }: { forMs: number }): Promise<number> {
    const startedMs = wallMs();
    while (wallMs() - Math.max(startedMs, receivedAtMs) < forMs) await Bun.sleep(forMs / 4);
    return receivedAtMs;
  }

  return {
    /** Opens a socket per URL, all at once unless `pending` bounds how many wait for their first frames. */
    async open({
      urls,
      pending = Infinity,
      mayFail = false,
    }: {
      urls: readonly string[];
      pending?: number;
      mayFail?: boolean;
    }): Promise<Openings> {
      const startedMs = performance.now();
      const first = sockets.length;
      const opening = gate(OPENING_MAX);
      const waiting = gate(pending);
      const outcomes = await Promise.allSettled(
        urls.map(async (url, index) => {
          await Promise.all([opening.enter(), waiting.enter()]);
          const socket = openLoadSocket(new URL(url), {
            onTcpOpen: opening.leave,
            onFrames(chunk, ended) {
              receivedAtMs = wallMs();
              arrivals?.add(first + index, chunk, ended);
            },
          });
          sockets[first + index] = socket;
          return socket.opened.finally(waiting.leave);
        }),
      );
      const elapsedMs = performance.now() - startedMs;
      const failures = outcomes.filter((outcome) => outcome.status === "rejected");
      if (failures.length > 0 && !mayFail) throw new Error(`${failures.length} sockets failed: ${failures[0]?.reason}`);
      const each = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? outcome.value : []));
      return { elapsedMs, each, failed: failures.length };
    },
    quiet,
    /** Begins a round: the first so many sockets shall get so many frames, the others none that count. */
    expect: ({ sockets: count, frames }: { sockets: number; frames: number }): void =>
      void (arrivals = new Arrivals(count, frames)),
    reached: ({ frames }: { frames: number }): Promise<void> => current().reached(frames),
    finished: (): Promise<Arrival> => current().finished(),
    /** Waits for quiet; whether each socket of the round has got exactly what was expected, then. */
    async settled({ forMs }: { forMs: number }): Promise<boolean> {
      await quiet({ forMs });
      return current().isExact();
    },
    /** The first frame of the round, as text. */
    firstFrame: (): string => String(current().payloads()[0] ?? ""),
    /** Sends messages over HTTP and waits until the sockets of the round hold them. */
    converse: (conversation: Conversation) => converse(conversation, current()),
    /** Where each connection would continue. */
    resumePoints: () => sockets.map((socket) => socket.resumePoint()),
    close(): void {
      arrivals = null;
      for (const socket of sockets) socket.end();
      sockets = [];
    },
  };
}

/** Lets so many in at a time. */
function gate(places: number) {
  const queue: (() => void)[] = [];
  let free = places;
  return {
    enter: (): Promise<void> => {
      if (free-- > 0) return Promise.resolve();
      return new Promise((resolve) => void queue.push(resolve));
    },
    leave: (): void => {
      free++;
      queue.shift()?.();
    },
  };
}

function fail(): never {
  throw new Error("call expect first");
}

answerCommands(createSockets());
