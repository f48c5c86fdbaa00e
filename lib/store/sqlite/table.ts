/**
 * How a collection lies in SQLite: table `name` with the row number `n`, the key of `_id`, the document as text, and one
 * column per indexed path with the key found there (`=path`, or `~path` when case is ignored). A path at which some
 * document holds an array gets `[]` after its name, for good, and its keys are rows of `name#keys` instead. The new name
 * makes statements that were compiled before fail rather than miss documents. `name#text` is the full-text index, and
 * `name#unindexed` holds what waits for it.
 */
export type Table = {
  name: string;
  columns: ReadonlyMap<string, KeyColumn>;
  /** Those of them that hold one key a document, and those whose keys are rows. */
  single: readonly KeyColumn[];
  many: readonly KeyColumn[];
  textPaths: readonly string[];
  /** Takes `_id`, text and the single keys. */
  insertSql: string;
  /** Takes text, the single keys and the row number. */
  replaceSql: string;
  /** Takes text and the row number. */
  replaceTextSql: string;
};

/** An indexed path of a collection. */
export type KeyColumn = { path: string; steps: readonly string[]; column: string; fold: boolean; many: boolean };

/** An identifier in quotes that SQLite never takes for a string, as it does with double quotes. */
export function quote(identifier: string): string {
  return `\`${identifier.replaceAll("`", "``")}\``;
}

/** The name of the column for a path. */
export function columnName({ path, fold, many }: Pick<KeyColumn, "path" | "fold" | "many">): string {
  return `${fold ? "~" : "="}${path}${many ? "[]" : ""}`;
}

/** Reads a collection's layout from the names of the columns that tables have; null when it does not exist. */
export function readTable(name: string, columnNames: (table: string) => string[]): Table | null {
  const names = columnNames(name);
  if (names.length === 0) return null;
  const columns = names.flatMap((column): [string, KeyColumn][] => {
    if (!column.startsWith("=") && !column.startsWith("~")) return [];
    const many = column.endsWith("[]");
    const path = column.slice(1, many ? -2 : undefined);
    return [[path, { path, steps: path.split("."), column, fold: column.startsWith("~"), many }]];
  });
  const single = columns.flatMap(([, column]) => (column.many ? [] : [column]));
  const byPath = new Map(columns);
  const keys = single.map(({ column }) => quote(column));
  return {
    name,
    columns: byPath,
    single,
    many: [...byPath.values()].filter((column) => column.many),
    textPaths: columnNames(`${name}#text`),
    insertSql: `INSERT INTO ${quote(name)} (${["id", "doc", ...keys].join(", ")}) VALUES (?, ?${", ?".repeat(keys.length)})`,
    replaceSql: `UPDATE ${quote(name)} SET doc = ?${keys.map((key) => `, ${key} = ?`).join("")} WHERE n = ?`,
    replaceTextSql: `UPDATE ${quote(name)} SET doc = ? WHERE n = ?`,
  };
}
