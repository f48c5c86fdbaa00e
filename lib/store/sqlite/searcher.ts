/**
 * The thread that searches. Its first message is the path of the file; then each message is a search, answered in turn.
 * `close` makes it release the file and answer `closed`.
 */
import type { Connection } from "./connection.ts";
import { failureOf } from "./failure.ts";
import { decode, encode } from "./json.ts";
import { openReadConnection } from "./open-connection.ts";
import { onCurrentSchema } from "./reader.ts";
import { runSearch, type Search, type SearchOutcome } from "./search.ts";

declare const self: Worker;

let path: string | null = null;
let connection: Connection | null = null;

self.onmessage = ({ data }: MessageEvent<string>) => {
  if (data === "close") return close();
  if (path === null) path = data;
  // Encoded by search-thread.ts, the only one who knows this worker.
  else self.postMessage(encode(search(path, decode(data) as Search)));
};

function search(file: string, asked: Search): SearchOutcome {
  try {
    connection ??= openReadConnection(file);
    return { found: onCurrentSchema(connection, (current) => runSearch(current, asked)) };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

function close(): void {
  connection?.close();
  self.postMessage("closed");
}
