/**
 * The thread that writes. Its first message is the settings; then each message is a group of submissions, answered
 * once they are on disk. `close` makes it checkpoint, release the file and answer `closed`.
 */
import { failureOf } from "./failure.ts";
import { decode, encode } from "./json.ts";
import { openWriteConnection, type WriteSettings } from "./open-connection.ts";
import type { Answer, Operation } from "./operation.ts";
import { WriteGroups } from "./write-group.ts";

declare const self: Worker;

let settings: WriteSettings | null = null;
let groups: WriteGroups | null = null;

self.onmessage = ({ data }: MessageEvent<string>) => {
  if (data === "close") return close();
  // Both shapes were encoded by write-thread.ts, the only one who knows this worker.
  if (settings === null) settings = decode(data) as WriteSettings;
  else self.postMessage(encode(write(settings, decode(data) as Operation[][])));
};

/** Opens the file when needed, so that a file that could not be opened is tried again by the next group. */
function write(where: WriteSettings, submissions: Operation[][]): Answer {
  try {
    groups ??= new WriteGroups(openWriteConnection(where));
  } catch (error) {
    const failure = { ...failureOf(error), kind: "unavailable" as const };
    return { outcomes: submissions.map(() => ({ failure })), changedRows: {} };
  }
  return groups.run(submissions);
}

function close(): void {
  try {
    groups?.connection.rows("PRAGMA wal_checkpoint(TRUNCATE)");
    groups?.connection.close();
  } finally {
    self.postMessage("closed");
  }
}
