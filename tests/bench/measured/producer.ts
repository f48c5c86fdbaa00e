/** How many messages to publish, and when. */
export type Production = {
  room: string;
  frames: number;
  /** Messages a second, whatever becomes of them; null: as many as `grant` allows. */
  perSecond: number | null;
};

/** Publishes numbered messages at a given pace. Both the measured server and its bare counterpart use it. */
export function createProducer(publish: (room: string, sequence: number) => void) {
  let granted = 0;
  let wake: (() => void) | null = null;

  /** Resolves when all are published. */
  async function produce({ room, frames, perSecond }: Production): Promise<void> {
    const startedMs = performance.now();
    granted = 0;
    for (let sequence = 0; sequence < frames;) {
      const due = perSecond === null ? granted : Math.floor(((performance.now() - startedMs) / 1000) * perSecond) + 1;
      while (sequence < Math.min(due, frames)) publish(room, sequence++);
      if (sequence === frames) break;
      if (perSecond === null) await new Promise<void>((resolve) => (wake = resolve));
      else await Bun.sleep(Math.max(1, startedMs + (sequence / perSecond) * 1000 - performance.now()));
    }
  }

  /** Allows that many more messages to be under way. */
  function grant(frames: number): void {
    granted += frames;
    wake?.();
  }

  return { produce, grant };
}
