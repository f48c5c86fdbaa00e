/** The operand of `$fields`. Throws on what the port refuses. */
export function fieldsOf(condition: unknown): { path: string; below: number } {
  const { path, below } = Object(condition) as { path?: unknown; below?: unknown }; // whatever it is, it has fields
  if (typeof path !== "string" || path === "" || typeof below !== "number") {
    throw new Error("$fields needs a path and a number");
  }
  return { path, below };
}
