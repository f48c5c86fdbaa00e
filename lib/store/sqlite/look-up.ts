/**
 * Look-ups of one document by equality: most reads of a request. What SQL such a filter needs depends on its shape alone
 * (its paths, and which of them must not exist), so it is compiled once per shape and then only given its values.
 */
import type { Filter } from "../database.ts";
import { compileFilter } from "./compile-filter.ts";
import type { Connection, LookUpPlan } from "./connection.ts";
import { type Key, keyOf } from "./key.ts";
import { fromWhere, type Source } from "./source.ts";

const PLANS_MAX = 500;

/** The row of a document that a simple filter selects, null when there is none; undefined when it is not that simple. */
export function lookUp<Row>(connection: Connection, source: Source, filter: Filter): Row | null | undefined {
  const shape = shapeOf(filter);
  if (shape === null) return undefined;
  const values = Object.entries(filter).filter(([, value]) => !isExistence(value));
  const name = `${source.collection}\0${source.folded.join("\0")}\n${shape}`;
  let plan = connection.plans.get(name);
  if (plan === undefined) {
    plan = planOf(connection, source, filter, values);
    // Values that are alike do not show which is which: another filter of this shape will.
    if (plan !== undefined) keepPlan(connection, name, plan);
  }
  if (!plan) return undefined;
  const keys = values.map(([path, value]) => keyOf(value, source.folded.includes(path)));
  const parameters = plan.order.map((index) => keys[index] ?? null);
  return connection.rows<Row>(plan.sql, parameters)[0] ?? null;
}

/** Some paths name a role or an emoji, so that there is no end of shapes. */
function keepPlan({ plans }: Connection, name: string, plan: LookUpPlan | null): void {
  if (plans.size >= PLANS_MAX) plans.clear();
  plans.set(name, plan);
}

/** Paths, which hold no zero character, and kinds of condition; null when there is anything but equality with a text and `$exists`. */
function shapeOf(filter: Filter): string | null {
  let shape = "";
  for (const [path, value] of Object.entries(filter)) {
    if (typeof value === "string" || (path === "_id" && isPlainKey(value))) shape += `${path}\0=${typeof value}\n`;
    else if (isExistence(value)) shape += `${path}\0?${value.$exists}\n`;
    else return null;
  }
  return shape;
}

/** Whether a value is a composite `_id`: an object of texts. */
export function isPlainKey(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).every(([name, part]) => typeof part === "string" && !name.startsWith("$"));
}

function isExistence(value: unknown): value is { $exists: boolean } {
  if (typeof value !== "object" || value === null || !("$exists" in value)) return false;
  return typeof value.$exists === "boolean" && Object.keys(value).length === 1;
}

/** Null: this shape cannot be looked up so. Undefined: that could not be told from these values. */
function planOf(
  connection: Connection,
  { collection, folded }: Source,
  filter: Filter,
  values: readonly (readonly [string, unknown])[],
): LookUpPlan | null | undefined {
  const table = connection.table(collection);
  if (!table) return undefined;
  const keys = values.map(([path, value]) => comparable(keyOf(value, folded.includes(path))));
  if (new Set(keys).size < keys.length) return undefined;
  if (values.some(([path]) => keys.includes(path))) return undefined; // rows of keys take their path as a parameter, too
  const compiled = compileFilter(filter, table, folded);
  if (!compiled.exact || compiled.text !== null) return null;
  const order = compiled.parameters.map((parameter) => keys.indexOf(comparable(parameter)));
  if (order.includes(-1)) return null;
  return { sql: `SELECT t.n, t.doc ${fromWhere(table, compiled)} LIMIT 1`, order };
}

/** Bytes as text, so that equal keys are equal. */
const comparable = (key: Key): unknown => (key instanceof Uint8Array ? Buffer.from(key).toString("latin1") : key);
