import { countRows, selectRows } from "./select-rows.ts";
import type { Connection } from "./connection.ts";
import type { Failure } from "./failure.ts";
import type { Filter, FindOptions } from "../database.ts";
import type { Source } from "./source.ts";

/** Documents, or their number, that are looked for by the words in them. */
export type Search = {
  source: Source;
  filter: Filter;
  options: FindOptions;
  /** Only how many there are is asked for. */
  counts: boolean;
};

/** The documents as text, or just how many there are. */
export type Found = { texts: readonly string[]; count: number };

/** How a search ended. */
export type SearchOutcome = { found: Found } | { failure: Failure };

/** Searches the documents of one database. */
export interface Searches {
  /** Searches made so far. */
  readonly commands: number;
  /**
   * Finds what has been written and indexed when it is called. Fails with errors of the port, and is unavailable while
   * too many searches wait.
   */
  run(label: string, search: Search): Promise<Found>;
  /** Releases the file after the searches under way. */
  close(): Promise<void>;
}

/** Searches on a connection. */
export function runSearch(connection: Connection, { source, filter, options, counts }: Search): Found {
  if (counts) return { texts: [], count: countRows(connection, source, filter) };
  const texts = selectRows(connection, source, filter, options).map(({ text }) => text);
  return { texts, count: texts.length };
}
