import { findMarker } from "@tests/bench/measured/marker.ts";
import { payloadsOf } from "@tests/bench/load/socket-stream.ts";
import { wallMs } from "@tests/bench/process/wall-clock.ts";
import { crc32 } from "node:zlib";

/** What came in one round. */
export type Arrival = {
  /** Every socket got exactly the expected frames, byte for byte the same in the same order. */
  complete: boolean;
  /** The numbers of the messages in the order in which they came. */
  sequences: number[];
  /** When the last socket held each frame. */
  lastAtMs: number[];
};

/**
 * Watches that every socket gets every frame. One socket keeps what it gets; of the others only a checksum of the whole
 * stream is kept and compared with that one's, which is cheap and misses nothing.
 */
export class Arrivals {
  readonly #frames: Uint32Array;
  readonly #checksums: Uint32Array;
  readonly #passed: Uint32Array;
  readonly #lastAtMs: Float64Array;
  readonly #kept: Buffer[] = [];
  readonly #waiting: { frames: number; resolve: () => void; reject: (error: Error) => void }[] = [];

  constructor(
    readonly sockets: number,
    readonly expected: number,
  ) {
    this.#frames = new Uint32Array(sockets);
    this.#checksums = new Uint32Array(sockets);
    this.#passed = new Uint32Array(expected);
    this.#lastAtMs = new Float64Array(expected);
  }

  /** Takes a chunk of one socket in which `ended` frames ended; -1 when the socket was closed. */
  add(socket: number, chunk: Buffer, ended: number): void {
    if (socket >= this.sockets) return;
    if (ended === -1) return this.#fail(new Error(`socket ${socket} was closed`));
    this.#checksums[socket] = crc32(chunk, this.#checksums[socket]);
    if (socket === 0) this.#kept.push(Buffer.from(chunk));
    const before = this.#frames[socket] ?? 0;
    for (let frame = before; frame < before + ended; frame++) this.#pass(frame);
    this.#frames[socket] = before + ended;
  }

  /** Resolves when every socket holds so many frames. */
  reached(frames: number): Promise<void> {
    if (this.#hasReached(frames)) return Promise.resolve();
    return new Promise((resolve, reject) => void this.#waiting.push({ frames, resolve, reject }));
  }

  /** Whether every socket has got the same frames, as many as expected, so far. */
  isExact(): boolean {
    const alike = this.#checksums.every((checksum) => checksum === this.#checksums[0]);
    return alike && this.#frames.every((frames) => frames === this.expected);
  }

  /** What the frames held that came to one of the sockets so far. */
  payloads(): Buffer[] {
    return payloadsOf(Buffer.concat(this.#kept));
  }

  async finished(): Promise<Arrival> {
    await this.reached(this.expected);
    const sequences = this.payloads().map(findMarker);
    const complete = this.isExact() && new Set(sequences).size === this.expected;
    return { complete, sequences, lastAtMs: [...this.#lastAtMs] };
  }

  #pass(frame: number): void {
    if (frame >= this.expected) return;
    const passed = (this.#passed[frame] ?? 0) + 1;
    this.#passed[frame] = passed;
    if (passed < this.sockets) return;
    this.#lastAtMs[frame] = wallMs();
    for (let at = this.#waiting.length - 1; at >= 0; at--) {
      if (this.#waiting[at]?.frames === frame + 1) this.#waiting.splice(at, 1)[0]?.resolve();
    }
  }

  #hasReached = (frames: number): boolean => this.#passed[frames - 1] === this.sockets;

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
