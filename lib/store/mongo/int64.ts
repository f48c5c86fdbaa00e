/** Where integers are stored as Int64: the paths below one place in a document. */
export type Int64Paths = {
  /** The place itself. */
  readonly here: boolean;
  readonly children: ReadonlyMap<string, Int64Paths>;
  /** What holds for a key without an entry in `children` (the `*` of a declaration). */
  readonly others: Int64Paths | null;
};

const nowhere: Int64Paths = { here: false, children: new Map(), others: null };

/** Compiles declared paths such as `roles.*.permissions.a`. */
export function int64Paths(declared: readonly string[]): Int64Paths {
  return compile(declared.map((path) => path.split(".")));
}

function compile(paths: readonly string[][]): Int64Paths {
  if (paths.length === 0) return nowhere;
  const below = (key: string) => compile(paths.filter(([head]) => head === key || head === "*").map((p) => p.slice(1)));
  const keys = new Set(paths.flatMap(([head]) => (head === undefined || head === "*" ? [] : [head])));
  return {
    here: paths.some((path) => path.length === 0),
    children: new Map([...keys].map((key) => [key, below(key)])),
    others: paths.some(([head]) => head === "*") ? below("*") : null,
  };
}

/** The paths below one key. */
export function stepInto(paths: Int64Paths, key: string): Int64Paths {
  return paths.children.get(key) ?? paths.others ?? nowhere;
}

/** The paths below a dotted path. Positions in an array (`embeds.0.width`) are transparent, as in declarations. */
export function walkInto(paths: Int64Paths, dotted: string): Int64Paths {
  return dotted
    .split(".")
    .reduce((at, key) => (isPosition(key) && !at.children.has(key) ? at : stepInto(at, key)), paths);
}

const isPosition = (key: string): boolean => /^(\d+|\$(\[\w*\])?)$/.test(key);
