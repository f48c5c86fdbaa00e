import { wallMs } from "@tests/bench/process/wall-clock.ts";

/** How fast to publish what was prepared: messages a second, whatever becomes of them; null: as many as `grant` allows. */
export type Pace = { perSecond: number | null };

/** What to prepare. */
export type Preparation = { room: string; frames: number };

/**
 * Publishes numbered messages at a given pace. Both the measured server and its bare counterpart use it. They are made
 * before, so that a round costs what it takes to deliver them and nothing else.
 */
export function createProducer<Made>({
  make,
  publish,
}: {
  make(room: string, sequence: number): Made;
  publish(made: Made): void;
}) {
  let prepared: Made[] = [];
  let publishedMs: number[] = [];
  let granted = 0;
  let wake: (() => void) | null = null;

  /** Makes the messages of the next round. */
  function prepare({ room, frames }: Preparation): void {
    prepared = Array.from({ length: frames }, (_, sequence) => make(room, sequence));
  }

  /** Resolves when all that was prepared is published. */
  async function produce({ perSecond }: Pace): Promise<void> {
    const startedMs = performance.now();
    publishedMs = [];
    granted = 0;
    for (let sequence = 0; sequence < prepared.length;) {
      const due = perSecond === null ? granted : Math.floor(((performance.now() - startedMs) / 1000) * perSecond) + 1;
      for (const made of prepared.slice(sequence, due)) {
        if (perSecond !== null) publishedMs[sequence] = wallMs();
        publish(made);
        sequence++;
      }
      if (sequence === prepared.length) break;
      if (perSecond === null) await new Promise<void>((resolve) => (wake = resolve));
      else await Bun.sleep(Math.max(1, startedMs + (sequence / perSecond) * 1000 - performance.now()));
    }
  }

  /** Allows that many more messages to be under way. */
  function grant(frames: number): void {
    granted += frames;
    wake?.();
  }

  return {
    prepare,
    produce,
    grant,
    /** When each message of the last `produce` at a pace was published. */
    publishedMs: (): number[] => publishedMs,
  };
}
