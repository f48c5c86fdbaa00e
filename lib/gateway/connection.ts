import type { ClientEvent } from "@lib/event/client-events.ts";
import { allowance, takeFrom } from "@lib/gateway/allowance.ts";
import type { CloseCode } from "@lib/gateway/close-codes.ts";
import type { Continued } from "@lib/gateway/continued.ts";
import type { Frames } from "@lib/gateway/frames.ts";
import type { Handshake } from "@lib/gateway/handshake.ts";
import { type Topic, type Variant, compresses, nativeTopic, variantOf } from "@lib/gateway/variant.ts";
import type { UserView } from "@lib/gateway/world.ts";
import type { Settings } from "@lib/settings/settings.ts";
import type { ServerWebSocket } from "bun";

/** What Bun keeps with a socket. */
export type SocketData = { connection: Connection };

type NoteSent = (frame: string | Uint8Array) => void;

/** What a client may send before it is authenticated: a token has less than a hundred bytes. */
const EARLY_BYTES_MAX = 16_384;
/** What a live client may send, in frames of the largest size and in the long run; honest ones need a tenth of it. */
const FRAMES_AT_ONCE = 4;
const BYTES_PER_SECOND = 4_096;
/** What a frame counts beside its bytes: to find nothing in one costs as well. */
const FRAME_OVERHEAD_BYTES = 32;
/** A socket is sent more of what is held back while no larger part waits for it of what may. */
const PART_WAITING_MAX = 1 / 4;

/** What goes to a socket once it has taken in what it is being sent. */
type HeldBack = { readonly topics: Set<Topic>; frames: (string | Uint8Array<ArrayBuffer>)[]; bytes: number };

/** What bounds a connection, in bytes: the largest frame of its client, and what may wait for its socket. */
export type ConnectionLimits = Pick<Settings["ermine"]["gateway"], "frame_bytes_max" | "backpressure_bytes">;

/** What is known of a connection until it is live and has its first frames. */
export type Admission = {
  /** What its query asked for, with a token that may be of any length. */
  readonly handshake: Handshake;
  /** What its client sent while its snapshot was being read; few, because little may be sent before it is live. */
  readonly early: ClientEvent[];
};

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
  /** What may make it start afresh, because its client was resumed without the snapshot that was read for it. */
  continued: Continued | null = null;
  /** Servers whose member updates were asked for (`Subscribe`), by when that ends. */
  readonly watching = new Map<string, number>();
  /** Null once it is done: idle sockets shall hold little. */
  admission: Admission | null;
  #ws: ServerWebSocket<SocketData> | null = null;
  #noteSent: NoteSent = () => {};
  #heldBack: HeldBack | null = null;
  #maySend = allowance(EARLY_BYTES_MAX, 0);
  readonly #limits: ConnectionLimits;

  constructor(
    id: string,
    handshake: Handshake,
    readonly network: string,
    readonly openedMs: number,
    limits: ConnectionLimits,
  ) {
    this.id = id;
    this.#limits = limits;
    this.admission = { handshake, early: [] };
    this.variant = variantOf(handshake);
  }

  /** Gives it its socket; `noteSent` hears of each frame that is sent to it alone. */
  attach(ws: ServerWebSocket<SocketData>, noteSent: NoteSent): void {
    this.#ws = ws;
    this.#noteSent = noteSent;
  }

  /** Makes it live, as one of a user. */
  beLive(user: UserView): void {
    this.user = user;
    this.state = "live";
    this.#maySend = allowance(this.#limits.frame_bytes_max * FRAMES_AT_ONCE, BYTES_PER_SECOND);
  }

  /** Lets go of its socket, which is closed, and of what was held back for it. */
  detach(): void {
    this.state = "closed";
    this.#ws = null;
    this.#heldBack = null;
    this.admission = null;
  }

  send(frames: Frames): void {
    const frame = frames.of(this.variant);
    this.#noteSent(frame);
    if (!this.#heldBack) return this.#write(frame);
    this.#heldBack.frames.push(frame);
    this.#heldBack.bytes += frame.length;
  }

  /**
   * Keeps what it is sent from now on until `goOn`. A `Ready` or what is replayed may be more than may ever wait for a
   * socket: one that reads it as fast as it can is not slow.
   */
  holdBack(): void {
    this.#heldBack ??= { topics: new Set(), frames: [], bytes: 0 };
  }

  /** Whether events must be given to it one by one, because it is on no native topic. */
  get isHeldBack(): boolean {
    return this.#heldBack !== null;
  }

  /** Sends what was held back as far as the socket takes it in; once that is all, nothing is held back any more. */
  goOn(): void {
    const held = this.#heldBack;
    if (!held) return;
    let sent = 0;
    for (const frame of held.frames) {
      if (!this.#takesMore()) break;
      sent++;
      held.bytes -= frame.length;
      this.#write(frame);
    }
    held.frames = held.frames.slice(sent);
    if (held.frames.length > 0 || !this.#takesMore()) return;
    this.#heldBack = null;
    for (const topic of held.topics) this.subscribe(topic);
  }

  /** Joins the native topic of its variant. */
  subscribe(topic: Topic): void {
    if (this.#heldBack) this.#heldBack.topics.add(topic);
    else this.#ws?.subscribe(nativeTopic(topic, this.variant));
  }

  unsubscribe(topic: Topic): void {
    if (this.#heldBack) this.#heldBack.topics.delete(topic);
    else this.#ws?.unsubscribe(nativeTopic(topic, this.variant));
  }

  isSubscribed(topic: Topic): boolean {
    return this.#heldBack?.topics.has(topic) ?? this.#ws?.isSubscribed(nativeTopic(topic, this.variant)) ?? false;
  }

  /** Leaves every topic. */
  unsubscribeAll(): void {
    this.#heldBack?.topics.clear();
    for (const topic of this.#ws?.subscriptions ?? []) this.#ws?.unsubscribe(topic);
  }

  /** Bytes that it was sent and that its socket has not taken yet. */
  get waitingBytes(): number {
    return this.#bufferedBytes + (this.#heldBack?.bytes ?? 0);
  }

  get #bufferedBytes(): number {
    return this.#ws?.getBufferedAmount() ?? 0;
  }

  #takesMore(): boolean {
    return this.#bufferedBytes <= this.#limits.backpressure_bytes * PART_WAITING_MAX;
  }

  #write(frame: string | Uint8Array<ArrayBuffer>): void {
    this.#ws?.send(frame, compresses(this.variant, frame));
  }

  /** Takes a frame of a client from an allowance that no honest one uses up: what it costs to read has no other bound. */
  maySend(bytes: number, nowMs: number): boolean {
    return takeFrom(this.#maySend, bytes + FRAME_OVERHEAD_BYTES, nowMs);
  }

  /**
   * Closes it after a last word, which does not wait for what is held back: that is not sent any more. Where more waits
   * than may, the code says it alone, because Bun would end the connection for the word.
   */
  closeWith(lastWord: Frames, code: CloseCode): void {
    this.#heldBack = null;
    if (this.#bufferedBytes <= this.#limits.backpressure_bytes) this.send(lastWord);
    this.close(code);
  }

  close({ code, reason }: CloseCode): void {
    if (this.state === "closed") return;
    this.#ws?.close(code, reason);
  }
}
