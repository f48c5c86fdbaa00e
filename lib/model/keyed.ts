import { z } from "zod";

/**
 * A record of whatever keys a client chooses. `z.record` leaves out `__proto__` without a word; here it is a key like any
 * other, and carries a mark while zod looks at it. With more than `keysMax` keys no value is looked at.
 */
export function keyed<V extends z.ZodType>(value: V, { keysMax = Infinity }: { keysMax?: number } = {}) {
  const marked = z.preprocess(
    (input, context) => {
      if (countKeys(input) <= keysMax) return renamed(input, mark);
      context.addIssue({ code: "custom", message: `must have at most ${keysMax} keys` });
      return z.NEVER;
    },
    z.record(z.string(), value),
  );
  const schema: z.ZodType = marked.transform((record) => renamed(record, unmark));
  // A preprocessed schema accepts anything as far as its type goes; what it lets through is such a record.
  return schema as z.ZodType<Record<string, z.output<V>>, Record<string, z.input<V>>>;
}

const countKeys = (input: unknown): number => (isRecord(input) ? Object.keys(input).length : 0);

/** Keys that only differ in their marks stay different ones. */
const mark = (key: string): string => (/^:*__proto__$/.test(key) ? `:${key}` : key);
const unmark = (key: string): string => (/^:+__proto__$/.test(key) ? key.slice(1) : key);

/** The same record under other keys; what is none stays as it is. Entries become own fields, never a prototype. */
function renamed(input: unknown, name: (key: string) => string): unknown {
  if (!isRecord(input)) return input;
  return Object.fromEntries(Object.entries(input).map(([key, value]) => [name(key), value]));
}

const isRecord = (input: unknown): input is object =>
  typeof input === "object" && input !== null && !Array.isArray(input);
