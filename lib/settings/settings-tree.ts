/** Settings before they are parsed: nested tables as TOML has them. */
export type Tree = { [key: string]: unknown };

/** Where a value came from. */
export type Origin = {
  kind: "default" | "file" | "environment" | "derived" | "generated";
  /** Path of the file, name of the variable, or key that it follows from; empty for a default. */
  name: string;
};

/** One source of settings, with the place that problems are reported for. */
export type Layer = { values: Tree; origin: Origin };

/** True for a table, false for scalars, lists and dates. */
export function isTable(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Merges layers, later over earlier: tables key by key, everything else replaced (conformance settings-12). */
export function mergeLayers(layers: readonly Layer[]): { tree: Tree; origins: Map<string, Origin> } {
  const tree: Tree = {};
  const origins = new Map<string, Origin>();
  for (const { values, origin } of layers) mergeInto(tree, values, (key) => void origins.set(key, origin), "");
  return { tree, origins };
}

/** The value at a dotted key, undefined when there is none. */
export function valueAt(tree: Tree, key: string): unknown {
  return key.split(".").reduce<unknown>((value, segment) => (isTable(value) ? value[segment] : undefined), tree);
}

/** Puts a value at a dotted key, making the tables on the way. */
export function putAt(tree: Tree, key: string, value: unknown): void {
  const segments = key.split(".");
  const last = segments.pop() ?? "";
  let table = tree;
  for (const segment of segments) {
    const next = table[segment];
    const inner = isTable(next) ? next : {};
    table[segment] = inner;
    table = inner;
  }
  table[last] = value;
}

/** Where the value at a key came from; for a table, where one of its values did. */
export function originOf(origins: ReadonlyMap<string, Origin>, key: string): Origin {
  const exact = origins.get(key);
  if (exact) return exact;
  for (const [other, origin] of origins) if (other.startsWith(`${key}.`)) return origin;
  const parent = key.lastIndexOf(".");
  return parent === -1
    ? { kind: "default", name: "" }
    : (origins.get(key.slice(0, parent)) ?? { kind: "default", name: "" });
}

/** An origin in words. */
export function originText({ kind, name }: Origin): string {
  switch (kind) {
    case "default":
      return "default";
    case "file":
      return name;
    case "environment":
      return `environment variable ${name}`;
    case "derived":
      return `follows from ${name}`;
    case "generated":
      return `generated, kept in ${name}`;
  }
}

function mergeInto(target: Tree, source: Tree, record: (key: string) => void, prefix: string): void {
  for (const [name, value] of Object.entries(source)) {
    const key = prefix + name;
    if (isTable(value)) {
      const existing = target[name];
      const table = isTable(existing) ? existing : {};
      target[name] = table;
      mergeInto(table, value, record, `${key}.`);
    } else {
      target[name] = value;
      record(key);
    }
  }
}
