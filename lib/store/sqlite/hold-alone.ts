import { Database } from "bun:sqlite";
import { failureOf, storeError } from "./failure.ts";

/** Another process has the database for itself. */
export class StoreInUseError extends Error {}

/**
 * Takes a database file for this process alone, until that is given up or the process ends, in whatever way. What is
 * locked is an empty SQLite file beside it: Bun offers no other lock that the system takes back from a killed process.
 */
export function holdAlone(path: string): Disposable {
  let lock: Database | null = null;
  try {
    lock = new Database(`${path}-lock`, { create: true, readwrite: true });
    lock.run("BEGIN EXCLUSIVE");
  } catch (error) {
    lock?.close();
    if (error instanceof Error && "code" in error && error.code === "SQLITE_BUSY") {
      throw new StoreInUseError(`another process uses ${path}`, { cause: error });
    }
    throw storeError("open", path, failureOf(error));
  }
  return { [Symbol.dispose]: () => lock.close() };
}
