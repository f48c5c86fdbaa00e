import type { BusEntry } from "@lib/bus/bus.ts";
import { encodeJson } from "@lib/codec/json.ts";
import { encodeMsgpack } from "@lib/codec/msgpack.ts";
import type { Event } from "@lib/event/event.ts";
import { type Variant, hasPosition, isBinary } from "@lib/gateway/variant.ts";

/** The encodings of one event, each made at most once, when somebody needs it (P5). */
export class Frames {
  readonly #encoded: (string | Uint8Array<ArrayBuffer> | undefined)[];

  constructor(
    readonly event: Event,
    /** Where the event stands on the bus; only frames of resumable sockets show it. */
    readonly position: string | null = null,
    /** The event in JSON, when somebody has encoded it before. */
    text?: string,
  ) {
    this.#encoded = [text, undefined, undefined, undefined]; // an array that grows is dear
  }

  /** The event in JSON, without a position. */
  get text(): string {
    return String(this.of(0));
  }

  of(variant: Variant): string | Uint8Array<ArrayBuffer> {
    return (this.#encoded[variant & 3] ??= this.#encode(variant));
  }

  #encode(variant: Variant): string | Uint8Array<ArrayBuffer> {
    const event =
      hasPosition(variant) && this.position !== null ? { ...this.event, position: this.position } : this.event;
    return isBinary(variant) ? encodeMsgpack(event) : encodeJson(event);
  }
}

/** The frames of an event as it came from the bus. */
export const framesOf = ({ event, position, text }: BusEntry): Frames => new Frames(event, position, text);
