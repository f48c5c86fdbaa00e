import type { Reader } from "./reader.ts";
import { runSearch, type Searches } from "./search.ts";

/** Searches on the caller's own connection, for databases in memory, which no other thread can open. */
export function searchInline(reader: Reader): Searches {
  return {
    commands: 0, // the reader counts them
    run: async (label, search) =>
      reader.read(label, search.source.collection, (connection) => runSearch(connection, search)),
    close: async () => {},
  };
}
