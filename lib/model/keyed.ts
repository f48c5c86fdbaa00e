import { z } from "zod";

/**
 * A record of whatever keys a client chooses. `z.record` leaves out `__proto__` without a word; here it is a key like any
 * other, and carries a mark while zod looks at it.
 */
export function keyed<V extends z.ZodType>(value: V) {
  const marked = z.preprocess((input) => renamed(input, mark), z.record(z.string(), value));
  const schema: z.ZodType = marked.transform((record) => renamed(record, unmark));
  // A preprocessed schema accepts anything as far as its type goes; what it lets through is such a record.
  return schema as z.ZodType<Record<string, z.output<V>>, Record<string, z.input<V>>>;
}

/** Keys that only differ in their marks stay different ones. */
const mark = (key: string): string => (/^:*__proto__$/.test(key) ? `:${key}` : key);
const unmark = (key: string): string => (/^:+__proto__$/.test(key) ? key.slice(1) : key);

/** The same record under other keys; what is none stays as it is. Entries become own fields, never a prototype. */
function renamed(input: unknown, name: (key: string) => string): unknown {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return input;
  return Object.fromEntries(Object.entries(input).map(([key, value]) => [name(key), value]));
}
