/**
 * Negative when position `a` comes before `b`, zero when equal, positive when after. Both are `{number}-{number}`,
 * the form of a Redis stream id; compared as text because each part may exceed the safe integers.
 */
export function comparePositions(a: string, b: string): number {
  const [aMain = "", aMinor = ""] = a.split("-");
  const [bMain = "", bMinor = ""] = b.split("-");
  return compareDigits(aMain, bMain) || compareDigits(aMinor, bMinor);
}

/** Without leading zeros the longer number is the larger one. */
function compareDigits(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
