import { decode, encode } from "./json.ts";
import type { WriteSettings } from "./open-connection.ts";
import type { Answer } from "./operation.ts";

/** Takes groups of submissions as text and answers each. */
export interface WriteTransport {
  send(group: string): void;
  /** Releases the file; called when every group has been answered. */
  close(): Promise<void>;
}

/** What a transport tells: an answer, or that everything unanswered is lost. */
export type WriteEvents = { onAnswer(answer: Answer): void; onLoss(reason: string): void };

/** Runs the writer in a thread of its own. A thread that dies is replaced when the next group is sent. */
export function writeThread(settings: WriteSettings, events: WriteEvents): WriteTransport {
  let worker: Worker | null = null;
  let onClosed = (): void => {};

  const lose = (dead: Worker, reason: string): void => {
    if (worker !== dead) return;
    worker = null;
    dead.terminate();
    events.onLoss(reason);
    onClosed();
  };
  const start = (): Worker => {
    const started = new Worker(writerUrl());
    started.onmessage = ({ data }: MessageEvent<string>) => {
      if (data === "closed") return onClosed();
      started.unref();
      events.onAnswer(decode(data) as Answer); // encoded by the writer;
    };
    started.onerror = (event) => lose(started, event.message);
    started.addEventListener("close", () => lose(started, "the writer ended"));
    started.postMessage(encode(settings));
    return started;
  };

  return {
    send(group) {
      worker ??= start();
      worker.ref(); // the process stays until what it wrote is on disk
      worker.postMessage(group);
    },
    async close() {
      const closing = worker;
      if (!closing) return;
      const closed = new Promise<void>((resolve) => (onClosed = resolve));
      closing.ref();
      closing.postMessage("close");
      await closed;
      worker = null;
      closing.terminate();
    },
  };
}

/** A compiled executable has one module, at its root, and keeps the writer under its path in the repository. */
function writerUrl(): URL {
  const bundled = !import.meta.url.endsWith("/write-thread.ts");
  return new URL(bundled ? "./lib/store/sqlite/writer.ts" : "./writer.ts", import.meta.url);
}
