import type { z } from "zod";
import { compileReader } from "@lib/model/stored/compile-reader.ts";
import type { StoredDocument } from "@lib/store/database.ts";
import { deepFreeze } from "@lib/store/deep-freeze.ts";

/** Told of each document that could not be read, so that an operator can look at it. */
export type OnMalformed = (collection: string, id: unknown) => void;

/** Reads raw documents of one collection; malformed ones are reported and left out, never thrown (promise P27). */
export type DocumentReader<D> = {
  one(raw: StoredDocument | null): D | null;
  many(raw: readonly StoredDocument[]): D[];
};

/** A reader with the schema of a collection. */
export function documentReader<S extends z.ZodType>(
  collection: string,
  schema: S,
  onMalformed: OnMalformed,
): DocumentReader<z.output<S>> {
  const read = compileReader(schema);
  const readAgain = new WeakMap<StoredDocument, z.output<S>>();
  const readFrozen = (raw: StoredDocument): z.output<S> | null => {
    const known = readAgain.get(raw);
    if (known !== undefined) return known;
    const document = read(raw);
    if (document !== null) readAgain.set(raw, deepFreeze(document));
    return document;
  };
  const one = (raw: StoredDocument | null): z.output<S> | null => {
    if (raw === null) return null;
    // A frozen document is one that the store holds and will give again.
    const document = Object.isFrozen(raw) ? readFrozen(raw) : read(raw);
    if (document === null) onMalformed(collection, raw._id);
    return document;
  };
  const many = (raw: readonly StoredDocument[]): z.output<S>[] => {
    const documents: z.output<S>[] = [];
    for (const each of raw) {
      const document = one(each);
      if (document !== null) documents.push(document);
    }
    return documents;
  };
  return { one, many };
}
