import { SQLiteError } from "bun:sqlite";
import {
  DOCUMENT_BYTES_MAX,
  DocumentTooLargeError,
  DuplicateKeyError,
  StoreError,
  StoreUnavailableError,
} from "../database.ts";

const DUPLICATE = new Set(["SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_ROWID"]);
const UNAVAILABLE = /^SQLITE_(FULL|IOERR|CANTOPEN|BUSY|LOCKED|READONLY|NOMEM|PROTOCOL|AUTH|PERM|CORRUPT|NOTADB)/;

/** An error on its way from the writer. */
export type Failure = { kind: "duplicate" | "tooLarge" | "unavailable" | "other"; message: string };

/** What an error thrown by SQLite, or by our own checks, means to the caller. */
export function failureOf(error: unknown): Failure {
  if (error instanceof TooLarge) return { kind: "tooLarge", message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof SQLiteError ? (error.code ?? "") : "";
  if (DUPLICATE.has(code)) return { kind: "duplicate", message };
  return { kind: UNAVAILABLE.test(code) ? "unavailable" : "other", message };
}

/** Refuses the text of a document that MongoDB would not take; it has a few bytes fewer there. */
export function requireSize(text: string): void {
  if (text.length * 3 <= DOCUMENT_BYTES_MAX || Buffer.byteLength(text) <= DOCUMENT_BYTES_MAX) return;
  throw new TooLarge(`the document has more than ${DOCUMENT_BYTES_MAX} bytes`);
}

class TooLarge extends Error {}

/** The error of the port for a failure. */
export function storeError(operation: string, collection: string, failure: Failure): StoreError {
  const cause = new Error(failure.message);
  if (failure.kind === "duplicate") return new DuplicateKeyError(operation, collection, cause);
  if (failure.kind === "tooLarge") return new DocumentTooLargeError(operation, collection, cause);
  if (failure.kind === "unavailable") return new StoreUnavailableError(operation, collection, cause);
  return new StoreError(operation, collection, cause);
}
