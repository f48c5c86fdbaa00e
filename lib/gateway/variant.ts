import type { Handshake } from "@lib/gateway/handshake.ts";

/**
 * How frames look to a socket, one native topic each. Its bits are: 1 MessagePack, 2 with position, 4 compressed.
 */
export type Variant = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** Every variant. */
export const VARIANTS: readonly Variant[] = [0, 1, 2, 3, 4, 5, 6, 7];

/** The variant that a client asked for. */
export function variantOf({ format, resume, compress }: Handshake): Variant {
  return ((format === "msgpack" ? 1 : 0) | (resume ? 2 : 0) | (compress ? 4 : 0)) as Variant; // 0 to 7 by construction
}

/** Whether frames of a variant are binary. */
export const isBinary = (variant: Variant): boolean => (variant & 1) !== 0;

/** Whether frames of a variant carry a position. */
export const hasPosition = (variant: Variant): boolean => (variant & 2) !== 0;

/** An audience among the sockets of this process, with its native topics as far as they were needed. */
export type Topic = { readonly name: string; readonly natives: (string | undefined)[] };

/** The topic of a name, to be kept with what it is the audience of: to make native topics for each event is dear. */
export const topicNamed = (name: string): Topic => ({ name, natives: [] });

/** The native topic of a topic for sockets of one variant. */
export const nativeTopic = ({ name, natives }: Topic, variant: Variant): string =>
  (natives[variant] ??= `${name}/${variant}`);

/** Live sockets by variant. */
export type SocketCounts = Record<Variant, number>;

/** Nobody is connected yet. */
export const noSockets = (): SocketCounts => ({ 0: 0, 1: 0, 2: 0, 3: 0, 4: 0, 5: 0, 6: 0, 7: 0 });

/** Whether frames of a variant are sent compressed. */
const isCompressed = (variant: Variant): boolean => (variant & 4) !== 0;

/** Shorter frames are sent as they are: compressing one costs more than sending it, and once for each socket. */
const COMPRESSED_LENGTH_MIN = 1024;

/** Whether a frame is compressed for sockets of a variant. */
export const compresses = (variant: Variant, frame: string | Uint8Array): boolean =>
  isCompressed(variant) && frame.length >= COMPRESSED_LENGTH_MIN;
