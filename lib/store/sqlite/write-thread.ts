import { decode, encode } from "./json.ts";
import type { WriteSettings } from "./open-connection.ts";
import type { Answer } from "./operation.ts";
import { ownThread } from "./own-thread.ts";

/** Takes groups of submissions as text and answers each. */
export interface WriteTransport {
  send(group: string): void;
  /** Releases the file; called when every group has been answered. */
  close(): Promise<void>;
}

/** What a transport tells: an answer, or that everything unanswered is lost. */
export type WriteEvents = { onAnswer(answer: Answer): void; onLoss(reason: string): void };

/** Runs the writer in a thread of its own: the process stays until what it wrote is on disk. */
export function writeThread(settings: WriteSettings, events: WriteEvents): WriteTransport {
  const thread = ownThread({
    module: "writer",
    greeting: encode(settings),
    onText(text) {
      thread.rest();
      events.onAnswer(decode(text) as Answer); // encoded by the writer
    },
    onLoss: events.onLoss,
  });
  return { send: thread.send, close: thread.close };
}
