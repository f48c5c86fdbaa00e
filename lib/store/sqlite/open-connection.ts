import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { Database } from "bun:sqlite";
import { Connection } from "./connection.ts";

/** How the file is written. */
export type WriteSettings = {
  path: string;
  /** `full` syncs every commit; with `normal` a power loss may take back the last ones. */
  durability: "full" | "normal";
  /** The file refuses to grow beyond this many pages of 4 KiB. */
  pagesMax?: number;
};

/** Opens the one connection that writes, creating a file that only its owner can read. */
export function openWriteConnection({ path, durability, pagesMax }: WriteSettings): Connection {
  if (path !== ":memory:") createFile(path);
  const connection = new Connection(new Database(path, { readwrite: true, create: true }));
  try {
    for (const pragma of writePragmas(durability)) connection.rows(`PRAGMA ${pragma}`);
    if (pagesMax !== undefined) connection.rows(`PRAGMA max_page_count = ${Math.trunc(pagesMax)}`);
  } catch (error) {
    connection.close();
    throw error;
  }
  return connection;
}

/** Opens a connection that reads what the writer has committed. */
export function openReadConnection(path: string): Connection {
  const connection = new Connection(new Database(path, { readonly: true }));
  for (const pragma of ["busy_timeout = 2000", "query_only = 1", "cache_size = -16000"])
    connection.rows(`PRAGMA ${pragma}`);
  return connection;
}

function writePragmas(durability: WriteSettings["durability"]): string[] {
  return [
    "busy_timeout = 10000",
    "journal_mode = WAL",
    `synchronous = ${durability === "full" ? "FULL" : "NORMAL"}`,
    "journal_size_limit = 67108864",
    "cache_size = -16000",
  ];
}

function createFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, "a", 0o600));
}
