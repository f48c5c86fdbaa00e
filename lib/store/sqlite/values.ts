/** Equality and order of values as MongoDB defines them: by type first, then within the type. */

/** A sub-document: neither an array nor a date. */
export function isDocument(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** Position of a value's type in the order of types; values of one rank are comparable with each other. */
export function typeRank(value: unknown): number {
  if (value === null || value === undefined) return 1;
  if (typeof value === "number" || typeof value === "bigint") return 2;
  if (typeof value === "string") return 3;
  if (typeof value === "boolean") return 8;
  if (value instanceof Date) return 9;
  return Array.isArray(value) ? 5 : 4;
}

/** Negative, zero or positive, in MongoDB's order. A missing value (`undefined`) equals `null`. */
export function compareValues(a: unknown, b: unknown): number {
  const rank = typeRank(a);
  const difference = rank - typeRank(b);
  if (difference !== 0) return difference;
  if (typeof a === "string" && typeof b === "string") return compareStrings(a, b);
  if (rank === 2) return compareScalars(a as number | bigint, b as number | bigint); // rank 2 is exactly these types
  if (typeof a === "boolean") return Number(a) - Number(b);
  if (a instanceof Date && b instanceof Date) return a.getTime() - b.getTime();
  if (Array.isArray(a) && Array.isArray(b)) return compareArrays(a, b);
  return isDocument(a) && isDocument(b) ? compareDocuments(a, b) : 0;
}

/** Whether two values are the same; the order of keys matters, number types do not. */
export function equalValues(a: unknown, b: unknown): boolean {
  return a === b || compareValues(a, b) === 0;
}

function compareScalars(a: number | bigint, b: number | bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Orders by code point, as UTF-8 bytes do: UTF-16 would put surrogates before the last characters of the base plane. */
function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return codePointRank(x) - codePointRank(y);
  }
  return a.length - b.length;
}

function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

function compareArrays(a: readonly unknown[], b: readonly unknown[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compareValues(a[i], b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareDocuments(a: Record<string, unknown>, b: Record<string, unknown>): number {
  const left = Object.entries(a).filter(([, value]) => value !== undefined);
  const right = Object.entries(b).filter(([, value]) => value !== undefined);
  for (const [i, [key, value]] of left.entries()) {
    const other = right[i];
    if (!other) return 1;
    const order =
      typeRank(value) - typeRank(other[1]) || compareStrings(key, other[0]) || compareValues(value, other[1]);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}
