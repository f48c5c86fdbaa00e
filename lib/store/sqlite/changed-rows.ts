/** Rows that a group of writes replaced or removed, by collection; `null` when they are too many to name. */
export type ChangedRows = Readonly<Record<string, readonly number[] | null>>;

/** What a connection notes while a group runs. Rows of an operation that was undone may be among them. */
export type RowNotes = {
  add(collection: string, n: number): void;
  /** The rows added since this was last called. */
  take(): ChangedRows;
};

const NAMED_MAX = 1_000;

/** Notes of no rows yet. */
export function rowNotes(): RowNotes {
  const rows = new Map<string, Set<number>>();
  return {
    add(collection, n) {
      const changed = rows.get(collection) ?? new Set();
      if (changed.size <= NAMED_MAX) changed.add(n);
      rows.set(collection, changed);
    },
    take() {
      const taken: Record<string, number[] | null> = {};
      for (const [collection, changed] of rows) taken[collection] = changed.size > NAMED_MAX ? null : [...changed];
      rows.clear();
      return taken;
    },
  };
}
