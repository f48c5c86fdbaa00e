import type { CollationOptions, Document, Filter as MongoFilter } from "mongodb";
import type { CollectionDeclaration, Filter, FindOptions, StoredDocument, Update } from "@lib/store/database.ts";
import { fromBson, toBson } from "./convert.ts";
import { toMongoFilter, touches, withExactId } from "./filter.ts";
import { int64Paths } from "./int64.ts";
import { toMongoUpdate } from "./update.ts";

/** The collation of the reference's case-insensitive indexes; a query uses such an index only with the same one. */
export const ignoringCase: CollationOptions = { locale: "en", strength: 2 };

/** Which documents an operation is about, and how strings are compared. */
export type Selection = { filter: MongoFilter<Document>; collation: { collation?: CollationOptions } };

/** Turns the documents, filters and updates of one collection into MongoDB's and back. */
export type Translation<D> = {
  toStored(document: Record<string, unknown>): Document;
  fromStored(document: Document): D;
  toSelection(filter: Filter, options?: { upsert: boolean }): Selection;
  toUpdate(update: Update): Document;
};

/** The translation that follows from a collection's declaration. */
export function translationOf<D extends StoredDocument>(declaration: CollectionDeclaration<D>): Translation<D> {
  const paths = int64Paths(declaration.int64);
  const idOrder = declaration.indexes.map(({ keys }) => Object.keys(keys)).find(isCompositeId) ?? [];
  const ignoresCase = ignoringCasePaths(declaration);
  return {
    toStored: (document) => toBson(document, paths) as Document, // an object stays an object
    fromStored: (document) => fromBson(document) as D, // what was stored as D; repositories parse what others wrote
    toSelection: (filter, { upsert } = { upsert: false }) => ({
      filter: toMongoFilter(upsert ? withExactId(filter, idOrder) : filter, paths),
      collation: touches(filter, ignoresCase) ? { collation: ignoringCase } : {},
    }),
    toUpdate: (update) => toMongoUpdate(update, paths),
  };
}

/** The index on all parts of a composite `_id` declares their order. */
function isCompositeId(keys: readonly string[]): boolean {
  return keys.length > 1 && keys.every((key) => key.startsWith("_id."));
}

/** The declared paths, and those of indexes that ignore case. */
function ignoringCasePaths({ indexes, caseInsensitive = [] }: CollectionDeclaration): string[] {
  return [
    ...caseInsensitive,
    ...indexes.filter((index) => index.caseInsensitive).flatMap(({ keys }) => Object.keys(keys)),
  ];
}

/** Turns the options of a list into MongoDB's. */
export function toMongoFind({ sort, limit, skip, only }: FindOptions) {
  const bySort = Object.entries(sort ?? {}).map(([path, direction]) => [
    path,
    direction === "score" ? { $meta: "textScore" as const } : direction,
  ]);
  return {
    ...(bySort.length > 0 && { sort: Object.fromEntries(bySort) as Document }), // entries of an object are one
    ...(limit !== undefined && { limit }),
    ...(skip !== undefined && { skip }),
    ...(only && { projection: toProjection(only) }),
  };
}

/** `a` and `a.b` of `a.b.c`. */
function parentsOf(path: string): string[] {
  const parts = path.split(".");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("."));
}

/** A path below another one is left out: MongoDB refuses both together, and the upper one includes it. */
function toProjection(only: readonly string[]): Document {
  const paths = new Set(only);
  const tops = only.filter((path) => !parentsOf(path).some((parent) => paths.has(parent)));
  return Object.fromEntries([["_id", 1], ...tops.map((path) => [path, 1])]);
}
