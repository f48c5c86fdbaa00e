import { NULL_ENTRY } from "./compile-condition.ts";
import { type Key, keyOf } from "./key.ts";
import type { KeyColumn } from "./table.ts";
import { valuesAt } from "./values-at.ts";

/** The one key of a document at an indexed path, or all of them when the path reaches an array. */
export function documentKeys(
  document: unknown,
  { steps, fold }: Pick<KeyColumn, "steps" | "fold">,
): { one: Key } | { many: Key[] } {
  const values = valuesAt(document, steps);
  if (values.length === 1 && !Array.isArray(values[0])) return { one: keyOf(values[0], fold) };
  const items = values.flatMap((value) => (Array.isArray(value) ? value : [value]));
  return { many: items.map((item) => keyOf(item, fold)) };
}

/** Whether the keys of a column may differ between two versions of a document, which share the fields that did not change. */
export function isTouched(
  { steps: [field = ""] }: Pick<KeyColumn, "steps">,
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): boolean {
  return before[field] !== after[field];
}

/** The rows of keys for a path that may hold arrays, without repetition. */
export function keyEntries(keys: { one: Key } | { many: Key[] }): Exclude<Key, null>[] {
  const list = "one" in keys ? [keys.one] : keys.many;
  return [...new Set(list.map((key) => key ?? NULL_ENTRY))];
}
