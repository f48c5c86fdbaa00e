/**
 * Rows that a group of writes replaced or removed, by collection; `null` when they are too many to name. With each goes
 * the text that it has now, null when it has none or that is not told.
 */
export type ChangedRows = Readonly<Record<string, readonly ChangedRow[] | null>>;

/** A row and the text that it has now. */
export type ChangedRow = readonly [n: number, text: string | null];

/** What a connection notes while a group runs. Rows of an operation that was undone may be among them. */
export type RowNotes = {
  /** Notes a row with the text that it has now, if any. */
  add(collection: string, n: number, text?: string): void;
  /** Tells none of the texts added so far: they may have been undone. */
  forgetTexts(): void;
  /** The rows added since this was last called. */
  take(): ChangedRows;
};

const NAMED_MAX = 1_000;

/** Characters of all texts that are told of one group: few writes change many documents, and hardly anybody asks for those. */
const TOLD_SIZE_MAX = 64_000;

/** Notes of no rows yet. */
export function rowNotes(): RowNotes {
  const rows = new Map<string, Map<number, string | null>>();
  let toldSize = 0;
  return {
    add(collection, n, text) {
      const changed = rows.get(collection) ?? new Map<number, string | null>();
      rows.set(collection, changed);
      if (changed.size > NAMED_MAX) return;
      toldSize += text?.length ?? 0;
      // The number of a row that was removed may be that of another one by now.
      const isTold = text !== undefined && changed.get(n) !== null && toldSize <= TOLD_SIZE_MAX;
      changed.set(n, isTold ? text : null);
    },
    forgetTexts() {
      for (const changed of rows.values()) for (const n of changed.keys()) changed.set(n, null);
    },
    take() {
      const taken: Record<string, ChangedRow[] | null> = {};
      for (const [collection, changed] of rows) taken[collection] = changed.size > NAMED_MAX ? null : [...changed];
      rows.clear();
      toldSize = 0;
      return taken;
    },
  };
}
