/**
 * The token in a header, null without one. Of a header that is sent again the first value counts: all of them arrive
 * joined with commas, which no token has.
 */
export function readTokenHeader(headers: Headers, name: string): string | null {
  const [first] = headers.get(name)?.split(",", 1) ?? [];
  return first?.trimEnd() ?? null;
}
