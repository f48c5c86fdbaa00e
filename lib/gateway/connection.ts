import { type Allowance, allowance, takeFrom } from "@lib/gateway/allowance.ts";
import type { CloseCode } from "@lib/gateway/close-codes.ts";
import type { Frames } from "@lib/gateway/frames.ts";
import type { Handshake } from "@lib/gateway/handshake.ts";
import { type Topic, type Variant, compresses, nativeTopic, variantOf } from "@lib/gateway/variant.ts";
import type { UserView } from "@lib/gateway/world.ts";
import type { ServerWebSocket } from "bun";

/** What Bun keeps with a socket. */
export type SocketData = { connection: Connection };

type NoteSent = (frame: string | Uint8Array) => void;

/** What a client may send before it is authenticated: a token has less than a hundred bytes. */
const EARLY_BYTES_MAX = 16_384;
/** What a live client may send, in frames of the largest size and in the long run; honest ones need a tenth of it. */
const FRAMES_AT_ONCE = 4;
const BYTES_PER_SECOND = 4_096;

/**
 * One socket. It moves from `waiting` (for a token) to `preparing` (its snapshot is being read) to `live`,
 * and may be `ending`, when it gets nothing more but may still read what waits for it.
 * Only what the rules need is kept here; what equal sockets share is in the world.
 */
export class Connection {
  /** Presence lease and resume identity. */
  readonly id: string;
  readonly variant: Variant;
  state: "waiting" | "preparing" | "live" | "ending" | "closed" = "waiting";
  user: UserView | null = null;
  /** Empty for bots. */
  sessionId = "";
  /** What its client names to continue it; empty when it cannot be continued. */
  resumeSession = "";
  /** Servers whose member updates were asked for (`Subscribe`), by when that ends. */
  readonly watching = new Map<string, number>();
  #ws: ServerWebSocket<SocketData> | null = null;
  #noteSent: NoteSent = () => {};
  readonly #early = allowance(EARLY_BYTES_MAX, 0);
  readonly #live: Allowance;

  constructor(
    id: string,
    readonly handshake: Handshake,
    readonly network: string,
    readonly openedMs: number,
    frameBytesMax: number,
  ) {
    this.id = id;
    this.#live = allowance(frameBytesMax * FRAMES_AT_ONCE, BYTES_PER_SECOND);
    this.variant = variantOf(handshake);
  }

  /** Gives it its socket; `noteSent` hears of each frame that is sent to it alone. */
  attach(ws: ServerWebSocket<SocketData>, noteSent: NoteSent): void {
    this.#ws = ws;
    this.#noteSent = noteSent;
  }

  send(frames: Frames): void {
    const frame = frames.of(this.variant);
    this.#noteSent(frame);
    this.#ws?.send(frame, compresses(this.variant, frame));
  }

  /** Joins the native topic of its variant. */
  subscribe(topic: Topic): void {
    this.#ws?.subscribe(nativeTopic(topic, this.variant));
  }

  unsubscribe(topic: Topic): void {
    this.#ws?.unsubscribe(nativeTopic(topic, this.variant));
  }

  isSubscribed(topic: Topic): boolean {
    return this.#ws?.isSubscribed(nativeTopic(topic, this.variant)) ?? false;
  }

  /** Leaves every native topic. */
  unsubscribeAll(): void {
    for (const topic of this.#ws?.subscriptions ?? []) this.#ws?.unsubscribe(topic);
  }

  /** Bytes that were sent and that its socket has not taken yet. */
  get waitingBytes(): number {
    return this.#ws?.getBufferedAmount() ?? 0;
  }

  /** Takes what a client sent from an allowance that no honest client uses up: what it costs to read has no other bound. */
  maySend(bytes: number, nowMs: number): boolean {
    return takeFrom(this.state === "live" ? this.#live : this.#early, bytes, nowMs);
  }

  close({ code, reason }: CloseCode): void {
    if (this.state === "closed") return;
    this.#ws?.close(code, reason);
  }
}
