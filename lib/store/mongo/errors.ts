import {
  MongoBulkWriteError,
  MongoClientClosedError,
  MongoError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoOperationTimeoutError,
  MongoServerClosedError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
} from "mongodb";
import { DocumentTooLargeError, DuplicateKeyError, StoreError, StoreUnavailableError } from "@lib/store/database.ts";

/** The port's error for what the driver threw, which becomes its cause. */
export function toStoreError(operation: string, collection: string, thrown: unknown): StoreError {
  const error = reasonOf(thrown);
  if (isDuplicateKey(error)) return new DuplicateKeyError(operation, collection, error);
  if (isTooLarge(error)) return new DocumentTooLargeError(operation, collection, error);
  if (isUnavailable(error)) return new StoreUnavailableError(operation, collection, error);
  return new StoreError(operation, collection, error);
}

/** A bulk shows whatever ended it as the server's answer, even that there was none. */
function reasonOf(error: unknown): unknown {
  if (!(error instanceof MongoBulkWriteError)) return error;
  const answer: unknown = error.errorResponse;
  return answer instanceof Error ? answer : error;
}

/** Whether the server refused a second document with the same `_id` or unique value. */
function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === 11000;
}

/** What a server answers to a document that is too large, that an update would make so, or that an upsert would insert. */
const tooLargeCodes = [10334, 17419, 17420];

function isTooLarge(error: unknown): boolean {
  return error instanceof MongoServerError && tooLargeCodes.includes(Number(error.code));
}

const unavailableErrors = [
  MongoNetworkError,
  MongoServerClosedError,
  MongoServerSelectionError,
  MongoNotConnectedError,
  MongoTopologyClosedError,
  MongoClientClosedError,
  MongoOperationTimeoutError,
];

/** These two are not exported by the driver, so they are known by name: a full or closed connection pool. */
const unavailableNames = ["MongoWaitQueueTimeoutError", "MongoPoolClosedError"];

/**
 * What a server answers that is shutting down, electing or not the primary ("state change errors" of MongoDB's
 * server discovery specification).
 */
const unavailableCodes = [91, 189, 10058, 10107, 11600, 11602, 13435, 13436];

function isUnavailable(error: unknown): boolean {
  if (unavailableErrors.some((kind) => error instanceof kind)) return true;
  if (!(error instanceof MongoError)) return isSystemError(error);
  return unavailableNames.includes(error.name) || unavailableCodes.includes(Number(error.code));
}

/** The driver passes on as it is what ends a connection while it is written to, such as `write ECONNRESET`. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}
