const DIGITS = 8;

/** Text that numbers a message, so that readers can tell whether all came, and in which order. */
export const markerOf = (sequence: number): string => `#${String(sequence).padStart(DIGITS, "0")}`;

/** The number in an encoded message, -1 when it has none. */
export function findMarker(frame: Buffer): number {
  const at = frame.indexOf("#");
  return at === -1 ? -1 : Number(frame.toString("latin1", at + 1, at + 1 + DIGITS));
}

/** Content of a message of usual length. */
export const contentOf = (sequence: number): string =>
  `${markerOf(sequence)} The quick brown fox jumps over the lazy dog, and nobody in the room looks up.`;
