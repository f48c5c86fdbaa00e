import type { CloseCode } from "@lib/gateway/close-codes.ts";
import type { Frames } from "@lib/gateway/frames.ts";
import type { Handshake } from "@lib/gateway/handshake.ts";
import type { UserView } from "@lib/gateway/world.ts";
import type { ServerWebSocket } from "bun";

/** What Bun keeps with a socket. */
export type SocketData = { connection: Connection };

/** How frames look to a socket: format, and whether they carry a position. One native topic each. */
export type Variant = 0 | 1 | 2 | 3;

/** Every variant; its bits are: 1 MessagePack, 2 with position. */
export const VARIANTS: readonly Variant[] = [0, 1, 2, 3];

const TYPING_BURST = 20;
const TYPING_PER_SECOND = 4;

/**
 * One socket. It moves from `waiting` (for a token) to `preparing` (its snapshot is being read) to `live`.
 * Only what the rules need is kept here; what equal sockets share is in the world.
 */
export class Connection {
  /** Presence lease and resume identity. */
  readonly id: string;
  readonly variant: Variant;
  state: "waiting" | "preparing" | "live" | "closed" = "waiting";
  user: UserView | null = null;
  /** Empty for bots. */
  sessionId = "";
  /** What its client names to continue it; empty when it cannot be continued. */
  resumeSession = "";
  /** Servers whose member updates were asked for (`Subscribe`), by when that ends. */
  readonly watching = new Map<string, number>();
  #ws: ServerWebSocket<SocketData> | null = null;
  #typing = { left: TYPING_BURST, atMs: 0 };

  constructor(
    id: string,
    readonly handshake: Handshake,
    readonly address: string,
    readonly openedMs: number,
  ) {
    this.id = id;
    this.variant = ((handshake.format === "msgpack" ? 1 : 0) | (handshake.resume ? 2 : 0)) as Variant; // 0 to 3 by construction
  }

  attach(ws: ServerWebSocket<SocketData>): void {
    this.#ws = ws;
  }

  send(frames: Frames): void {
    this.#ws?.send(frames.of(this.variant));
  }

  /** Joins the native topic of its variant. */
  subscribe(topic: string): void {
    this.#ws?.subscribe(nativeTopic(topic, this.variant));
  }

  unsubscribe(topic: string): void {
    this.#ws?.unsubscribe(nativeTopic(topic, this.variant));
  }

  isSubscribed(topic: string): boolean {
    return this.#ws?.isSubscribed(nativeTopic(topic, this.variant)) ?? false;
  }

  /** Takes one typing event from an allowance that no person's typing uses up. */
  mayType(nowMs: number): boolean {
    const { left, atMs } = this.#typing;
    const refilled = Math.min(TYPING_BURST, left + ((nowMs - atMs) / 1000) * TYPING_PER_SECOND);
    this.#typing = { left: Math.max(0, refilled - 1), atMs: nowMs };
    return refilled >= 1;
  }

  close({ code, reason }: CloseCode): void {
    if (this.state === "closed") return;
    this.#ws?.close(code, reason);
  }
}

/** The native topic of a topic for sockets of one variant. */
export const nativeTopic = (topic: string, variant: Variant): string => `${topic}/${variant}`;
