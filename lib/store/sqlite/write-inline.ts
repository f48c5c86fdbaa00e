import type { Connection } from "./connection.ts";
import { decode } from "./json.ts";
import type { Operation } from "./operation.ts";
import { WriteGroups } from "./write-group.ts";
import type { WriteEvents, WriteTransport } from "./write-thread.ts";

/** Writes on the caller's own connection, for databases in memory, which no other thread can open. */
export function writeInline(connection: Connection, events: WriteEvents): WriteTransport {
  const groups = new WriteGroups(connection);
  return {
    send(group) {
      const answer = groups.run(decode(group) as Operation[][]); // encoded by the queue
      queueMicrotask(() => events.onAnswer(answer));
    },
    close: async () => {},
  };
}
