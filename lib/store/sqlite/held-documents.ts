/**
 * Documents that were looked up lately: a request asks for the same session, user, member and server as the one before
 * it, and to find and decode them anew is a fifth of what it costs to send a message.
 *
 * What keeps them right: whoever holds documents is the only one who writes to the database. The writer names the rows it
 * replaced or removed in its answer, and before anybody learns that the write is done those are dropped, or held as they
 * are now where they would be found again for certain: under their `_id`. A writer that dies may have written anything: all
 * are dropped. Held documents are frozen, since everybody gets the same.
 */
import type { Filter } from "../database.ts";
import { deepFreeze } from "../deep-freeze.ts";
import type { ChangedRows } from "./changed-rows.ts";
import { decode } from "./json.ts";
import { isPlainKey } from "./look-up.ts";
import type { Row } from "./select-rows.ts";
import type { Source } from "./source.ts";

type Document = Row["document"];

/** Documents by the look-up that found them. */
export type HeldDocuments = {
  get(lookUp: string): Document | undefined;
  /** Holds the row that a look-up found, as text, which is small: most are found once. */
  hold(lookUp: LookUp, row: Row): void;
  /** Holds what the writer changed as it is now, or no longer. */
  follow(changed: ChangedRows): void;
  dropAll(): void;
};

/** A look-up by its name, where it looks, and whether it is by `_id` alone, so that it finds the same row for ever. */
export type LookUp = { name: string; collection: string; isById: boolean };

/** `document` is text until somebody asks for it. */
type Held = LookUp & { n: number; size: number; document: Document | string; isUsed: boolean };

/** Characters of text, over all documents; decoded they take a few times that. */
const SIZE_MAX = 1_000_000;

/** One larger than this would push out many that are asked for more often. */
const DOCUMENT_SIZE_MAX = 64_000;

/** Holds nothing yet. Beyond `sizeMax` characters those go first that nobody asked for again. */
export function holdDocuments(sizeMax = SIZE_MAX): HeldDocuments {
  const byLookUp = new Map<string, Held>();
  const byRow = rowIndex();
  let size = 0;

  const forget = (held: Held): void => {
    byLookUp.delete(held.name);
    size -= held.size;
    byRow.remove(held);
  };
  const makeRoom = (): void => {
    for (const held of byLookUp.values()) {
      if (size <= sizeMax) return;
      if (!held.isUsed) forget(held);
      else {
        held.isUsed = false;
        byLookUp.delete(held.name);
        byLookUp.set(held.name, held); // in the last place, where it is met once more if need be
      }
    }
  };

  const change = (held: Held, text: string | null): void => {
    if (text === null || !held.isById || text.length > DOCUMENT_SIZE_MAX) return forget(held);
    size += text.length - held.size;
    held.size = text.length;
    held.document = text;
  };

  return {
    get(lookUp) {
      const held = byLookUp.get(lookUp);
      if (!held) return undefined;
      held.isUsed = true;
      // As text it is that of a row, which holds a document.
      if (typeof held.document === "string") held.document = deepFreeze(decode(held.document) as Document);
      return held.document;
    },
    hold(lookUp, { n, text }) {
      if (text.length > DOCUMENT_SIZE_MAX) return;
      const held: Held = { ...lookUp, n, size: text.length, document: text, isUsed: false };
      byRow.add(held);
      byLookUp.set(held.name, held);
      size += held.size;
      makeRoom();
    },
    follow(changed) {
      for (const collection in changed) {
        const rows = changed[collection] ?? byRow.rowsOf(collection).map((n) => [n, null] as const);
        for (const [n, text] of rows) byRow.get(collection, n)?.forEach((held) => change(held, text));
      }
      makeRoom();
    },
    dropAll() {
      byLookUp.clear();
      byRow.clear();
      size = 0;
    },
  };
}

/** What is held of each row. */
function rowIndex() {
  const collections = new Map<string, Map<number, Held[]>>();
  return {
    add(held: Held): void {
      const rows = collections.get(held.collection) ?? new Map<number, Held[]>();
      collections.set(held.collection, rows.set(held.n, [...(rows.get(held.n) ?? []), held]));
    },
    remove(held: Held): void {
      const rows = collections.get(held.collection);
      const others = rows?.get(held.n)?.filter((other) => other !== held) ?? [];
      if (others.length > 0) rows?.set(held.n, others);
      else rows?.delete(held.n);
    },
    get: (collection: string, n: number) => collections.get(collection)?.get(n),
    rowsOf: (collection: string): number[] => [...(collections.get(collection)?.keys() ?? [])],
    clear: () => collections.clear(),
  };
}

/** Names the look-ups of a collection: those by equality with texts; null for any other filter. */
export function lookUpNames({ collection, folded }: Source): (filter: Filter) => string | null {
  const prefix = `${collection}\n${folded.join()}`;
  return (filter) => {
    let name = prefix;
    for (const path in filter) {
      const value = filter[path];
      if (typeof value !== "string" && (path !== "_id" || !isPlainKey(value))) return null;
      const text = typeof value === "string" ? value : JSON.stringify(value);
      name += `\n${path}\n${typeof value}${text.length}\n${text}`; // with its length no text can look like the next path
    }
    return name;
  };
}
