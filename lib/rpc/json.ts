/** JSON text in which `bigint` values are plain integers; `undefined` is left out as usual. */
export function stringifyExact(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? rawJSON(part.toString()) : part));
  }
}

/** `JSON.rawJSON` (ECMAScript 2026) is not in TypeScript's library yet. */
const { rawJSON } = JSON as typeof JSON & { rawJSON(text: string): unknown };
