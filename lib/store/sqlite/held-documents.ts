/**
 * Documents that were looked up lately: a request asks for the same session, user, member and server as the one before
 * it, and to find and decode them anew is a fifth of what it costs to send a message.
 *
 * What keeps them right: whoever holds documents is the only one who writes to the database. The writer names the rows it
 * replaced or removed in its answer, and those are dropped before anybody learns that the write is done. A writer that
 * dies may have written anything: all are dropped. Held documents are frozen, since everybody gets the same.
 */
import type { Filter } from "../database.ts";
import { deepFreeze } from "../deep-freeze.ts";
import type { ChangedRows } from "./changed-rows.ts";
import { isPlainKey } from "./look-up.ts";
import type { Row } from "./select-rows.ts";
import type { Source } from "./source.ts";

type Document = Row["document"];

/** Documents by the look-up that found them. */
export type HeldDocuments = {
  get(lookUp: string): Document | undefined;
  /** Holds the row that a look-up found; returns its document, which is frozen then. */
  hold(lookUp: string, collection: string, row: Row): Document;
  drop(changed: ChangedRows): void;
  dropAll(): void;
};

type Held = { lookUp: string; collection: string; n: number; size: number; document: Document; isUsed: boolean };

/** Characters of text, over all documents; decoded they take a few times that. */
const SIZE_MAX = 1_000_000;

/** One larger than this would push out many that are asked for more often. */
const DOCUMENT_SIZE_MAX = 64_000;

/** Holds nothing yet. Beyond `sizeMax` characters those go first that nobody asked for again. */
export function holdDocuments(sizeMax = SIZE_MAX): HeldDocuments {
  const byLookUp = new Map<string, Held>();
  const byRow = new Map<string, Map<number, Set<Held>>>();
  let size = 0;

  const forget = (held: Held): void => {
    byLookUp.delete(held.lookUp);
    size -= held.size;
    const rows = byRow.get(held.collection);
    const sharing = rows?.get(held.n);
    sharing?.delete(held);
    if (sharing?.size === 0) rows?.delete(held.n);
  };
  const makeRoom = (): void => {
    for (const held of byLookUp.values()) {
      if (size <= sizeMax) return;
      if (!held.isUsed) forget(held);
      else {
        held.isUsed = false;
        byLookUp.delete(held.lookUp);
        byLookUp.set(held.lookUp, held); // in the last place, where it is met once more if need be
      }
    }
  };

  return {
    get(lookUp) {
      const held = byLookUp.get(lookUp);
      if (held) held.isUsed = true;
      return held?.document;
    },
    hold(lookUp, collection, { n, text, document }) {
      if (text.length > DOCUMENT_SIZE_MAX) return document;
      const held: Held = { lookUp, collection, n, size: text.length, document: deepFreeze(document), isUsed: false };
      const rows = byRow.get(collection) ?? new Map<number, Set<Held>>();
      byRow.set(collection, rows.set(n, (rows.get(n) ?? new Set()).add(held)));
      byLookUp.set(lookUp, held);
      size += held.size;
      makeRoom();
      return document;
    },
    drop(changed) {
      for (const collection in changed) {
        const held = byRow.get(collection);
        if (!held) continue;
        for (const n of changed[collection] ?? [...held.keys()]) held.get(n)?.forEach(forget);
      }
    },
    dropAll() {
      byLookUp.clear();
      byRow.clear();
      size = 0;
    },
  };
}

/** A look-up by equality with texts as text; null for any other filter. */
export function lookUpOf({ collection, folded }: Source, filter: Filter): string | null {
  let lookUp = `${collection}\n${folded.join()}`;
  for (const path in filter) {
    const value = filter[path];
    if (typeof value !== "string" && (path !== "_id" || !isPlainKey(value))) return null;
    const text = typeof value === "string" ? value : JSON.stringify(value);
    lookUp += `\n${path}\n${typeof value}${text.length}\n${text}`; // with its length no text can look like the next path
  }
  return lookUp;
}
