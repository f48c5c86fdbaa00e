/**
 * The document port: collections of documents keyed by `_id`, with the small part of MongoDB's filter and update
 * language that both drivers implement exactly. Guarantees, the same for every driver:
 *
 * - a write that resolved is durable (it survives `kill -9` of this process, and with SQLite also power loss);
 * - a read started after a write resolved sees it;
 * - single-document updates are atomic; there are no multi-document transactions;
 * - a filter that matches nothing is not an error;
 * - a duplicate `_id` or unique index value throws `DuplicateKeyError`; an unreachable database throws
 *   `StoreUnavailableError`. No other driver error leaves a driver unwrapped (`StoreError` with its cause).
 */

/** A value as documents hold it. 64-bit integers beyond the safe range of `number` are `bigint`. */
export type Value = string | number | bigint | boolean | null | Date | Value[] | { [key: string]: Value | undefined };

/** A stored document. `_id` is a string, a number (migrations) or a composite with a fixed key order. */
export type StoredDocument = { _id: unknown };

/** Conditions on one field (a dotted path). A list of `$in` matches a field that is, or an array that contains, one of them. */
export type Condition = {
  $eq?: unknown;
  $ne?: unknown;
  $in?: readonly unknown[];
  $nin?: readonly unknown[];
  $gt?: unknown;
  $gte?: unknown;
  $lt?: unknown;
  $lte?: unknown;
  $exists?: boolean;
  /** Array contains all of these. */
  $all?: readonly unknown[];
};

/**
 * Dotted paths to a value (equality, or membership when the field is an array; `null` also matches a missing field)
 * or a `Condition`. `$text` searches the collection's text index (OR of words, quoted phrases, `-` negation). `$fields`
 * counts the fields of the object at a path: there is room for one more while they are fewer than `below`. Null and missing
 * have none, and a field that is an empty list does not count. Not for upserts.
 *
 * Refused with `StoreError` by every driver: `undefined` as a value, an operand or a list item (leaving the condition out
 * would select more than was asked for), unknown operators, an empty `$and` or `$or`, `$text` inside `$or` or without index,
 * `$fields` of what is no object.
 */
export type Filter = {
  $and?: readonly Filter[];
  $or?: readonly Filter[];
  $text?: { $search: string };
  $fields?: { path: string; below: number };
  [path: string]: unknown;
};

/**
 * Update operators by dotted path. Empty operator objects and `undefined` operands are allowed and change nothing. Refused
 * with `StoreError`: two operators on one path or one inside another, an operand that does not fit the stored value.
 */
export type Update = {
  $set?: Record<string, unknown>;
  /** Applied only when an upsert inserts. */
  $setOnInsert?: Record<string, unknown>;
  $unset?: Record<string, true>;
  $inc?: Record<string, number>;
  /** A value, or `{ $each: [...] }`, optionally `$slice: -n` to keep the last n. */
  $push?: Record<string, unknown>;
  /** A value, or `{ $each: [...] }`. */
  $addToSet?: Record<string, unknown>;
  /** A value to remove, a `Condition` on elements (`{ $lte: x }`, `{ $in: [...] }`), or a filter on element fields (`{ _id: x }`). */
  $pull?: Record<string, unknown>;
  $max?: Record<string, unknown>;
};

/** Which documents of a selection to read, in what order, and how much of each. */
export type FindOptions = {
  /** Field to direction, applied in key order. `"score"` sorts by text relevance (only with `$text`), best first. */
  sort?: Readonly<Record<string, 1 | -1 | "score">>;
  /** At most this many documents: none for 0, all when it is left out. */
  limit?: number;
  skip?: number;
  /** Keep only these dotted paths and `_id`; a path inside another one of them adds nothing. */
  only?: readonly string[];
};

/** One write among several. */
export type BulkOperation =
  | { update: Filter; set: Update; upsert?: boolean; many?: boolean }
  | { insert: Record<string, unknown> }
  | { delete: Filter; many?: boolean };

/** One collection of one database. All filters are on stored field names. */
export interface Collection<D extends StoredDocument> {
  /** The document may be frozen, when others get the same. */
  findOne(filter: Filter, options?: FindOptions): Promise<D | null>;
  find(filter: Filter, options?: FindOptions): Promise<D[]>;
  count(filter: Filter): Promise<number>;
  insertOne(document: D): Promise<void>;
  insertMany(documents: readonly D[]): Promise<void>;
  /** Updates at most one document. With `upsert`, equality conditions of the filter become fields of the new document. */
  updateOne(filter: Filter, update: Update, options?: { upsert?: boolean }): Promise<{ matched: number }>;
  updateMany(filter: Filter, update: Update): Promise<{ matched: number }>;
  /** Atomically updates one document and returns it as it was `before` or is `after` (default). */
  findOneAndUpdate(
    filter: Filter,
    update: Update,
    options?: { upsert?: boolean; returns?: "before" | "after"; sort?: FindOptions["sort"] },
  ): Promise<D | null>;
  /** Atomically removes one document and returns it. The claim of a ticket or token. */
  findOneAndDelete(filter: Filter): Promise<D | null>;
  deleteOne(filter: Filter): Promise<{ deleted: number }>;
  deleteMany(filter: Filter): Promise<{ deleted: number }>;
  /** Runs in order; not atomic as a whole. */
  bulk(operations: readonly BulkOperation[]): Promise<void>;
}

/** An index as MongoDB names it (conformance data-2). */
export type IndexDeclaration = {
  name: string;
  keys: Readonly<Record<string, 1 | -1 | "text">>;
  unique?: boolean;
  /** Compare case-insensitively (collation `en`, strength 2): indexed queries on these keys ignore case too. */
  caseInsensitive?: boolean;
  /**
   * Few documents have the last of the keys. The embedded store leaves the others out, so that writing them costs nothing
   * here, and has the `_id` behind the keys, so that they are listed by it without looking at all others.
   */
  rareLast?: boolean;
  /** Documents are removed this many seconds after the BSON date in the (single) key. */
  expireAfterSeconds?: number;
};

/** A collection, declared once for both drivers. */
export type CollectionDeclaration<D extends StoredDocument = StoredDocument> = {
  name: string;
  indexes: readonly IndexDeclaration[];
  /**
   * Dotted paths whose integers are stored as BSON Int64 (`*` stands for any key, array elements are transparent);
   * all other integers within 32 bits are Int32. The reference rejects doubles, and reads either width.
   */
  int64: readonly string[];
  /** Paths whose string comparison ignores case in every filter (`users.username`, `accounts.email`). */
  caseInsensitive?: readonly string[];
  /** Capped size in bytes, for the legacy `pubsub` collection only. */
  cappedBytes?: number;
  /** Only carries the document type. */
  readonly document?: D;
};

/** An open database. */
export interface Database {
  collection<D extends StoredDocument>(declaration: CollectionDeclaration<D>): Collection<D>;
  /** Creates what is missing (collections, indexes) and nothing else; safe to repeat and to run from several processes. */
  ensure(declarations: readonly CollectionDeclaration[]): Promise<void>;
  /** Names of the collections that exist; empty for a new database. */
  collectionNames(): Promise<string[]>;
  /**
   * Resolves when a trivial query succeeds; rejects with `StoreUnavailableError` otherwise, and with SQLite also while
   * the last write failed for a reason that is not its own, such as a full disk.
   */
  ping(): Promise<void>;
  /** Number of commands sent so far, for benches and tests that bound them. */
  readonly commands: number;
  /** Waits for writes under way, then releases files and connections. */
  close(): Promise<void>;
}

/** The largest document there can be: MongoDB takes no larger one. */
export const DOCUMENT_BYTES_MAX = 16_777_216;

/** Any failure of the database, with the native error as `cause`. */
export class StoreError extends Error {
  constructor(
    readonly operation: string,
    readonly collection: string,
    cause: unknown,
  ) {
    super(`${operation} on ${collection} failed`, { cause });
  }
}

/** A unique index (or `_id`) already holds this value. */
export class DuplicateKeyError extends StoreError {}

/** A document would become larger than `DOCUMENT_BYTES_MAX`; nothing of it was written. */
export class DocumentTooLargeError extends StoreError {}

/** The database cannot be reached now; the caller may retry. */
export class StoreUnavailableError extends StoreError {}
