/** A thread of this driver. It takes texts and answers with texts. */
export type OwnThread = {
  send(text: string): void;
  /** Nothing is owed any more: the process may end. */
  rest(): void;
  /** Lets it release what it holds; to be called when it has answered everything. */
  close(): Promise<void>;
};

/** What runs, and what is told of it. */
export type OwnThreadOptions = {
  /** Name of a module in the folder of this one, without its ending. */
  module: "writer" | "searcher";
  /** What the thread is sent before all else. */
  greeting: string;
  onText(text: string): void;
  /** It died, and everything that it had not answered is lost. */
  onLoss(reason: string): void;
};

/**
 * Makes a thread that starts when it is first sent something, and anew after it died. Until `rest` the process does not
 * end by itself. Asked to `close`, the module answers `closed`.
 */
export function ownThread({ module, greeting, onText, onLoss }: OwnThreadOptions): OwnThread {
  let worker: Worker | null = null;
  let onClosed = (): void => {};

  const lose = (dead: Worker, reason: string): void => {
    if (worker !== dead) return;
    worker = null;
    dead.terminate();
    onLoss(reason);
    onClosed();
  };
  const start = (): Worker => {
    const started = new Worker(moduleUrl(module));
    started.onmessage = ({ data }: MessageEvent<string>) => (data === "closed" ? onClosed() : onText(data));
    started.onerror = (event) => lose(started, event.message);
    started.addEventListener("close", () => lose(started, `the ${module} ended`));
    started.postMessage(greeting);
    return started;
  };

  return {
    send(text) {
      worker ??= start();
      worker.ref();
      worker.postMessage(text);
    },
    rest: () => void worker?.unref(),
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

/** A compiled executable has one module, at its root, and keeps the others under their paths in the repository. */
function moduleUrl(module: string): URL {
  const bundled = !import.meta.url.endsWith("/own-thread.ts");
  return new URL(bundled ? `./lib/store/sqlite/${module}.ts` : `./${module}.ts`, import.meta.url);
}
