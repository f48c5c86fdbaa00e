import type { Socket } from "bun";

/** A wire between a client and a real server that a test can cut. */
export type TcpProxy = {
  readonly port: number;
  /** Closes every connection and refuses new ones, like a server that ended. */
  cut(): void;
  /** Listens again on the same port. */
  restore(): void;
  /** Passes nothing on in either direction while connections stay open, like a lost network. */
  freeze(): void;
  thaw(): void;
  [Symbol.dispose](): void;
};

/** One of the two ends of a connection: where its bytes go, and those that must wait. */
type End = { other: Socket<End> | null; waiting: Uint8Array[] };

/** Listens on a free loopback port and passes every connection on to `target`. */
export function startTcpProxy(target: { hostname: string; port: number }): TcpProxy {
  const open = new Set<Socket<End>>();
  let frozen = false;

  const flush = (socket: Socket<End>) => {
    const { other, waiting } = socket.data;
    while (!frozen && other && waiting[0]) {
      const written = other.write(waiting[0]);
      if (written < 0) return;
      if (written < waiting[0].length) {
        waiting[0] = waiting[0].subarray(written);
        return;
      }
      waiting.shift();
    }
  };
  const events = {
    data: (socket: Socket<End>, bytes: Uint8Array) => {
      socket.data.waiting.push(bytes.slice());
      flush(socket);
    },
    drain: (socket: Socket<End>) => {
      if (socket.data.other) flush(socket.data.other);
    },
    close: (socket: Socket<End>) => {
      open.delete(socket);
      socket.data.other?.end();
    },
    error: (socket: Socket<End>) => socket.terminate(),
  };
  const join = async (client: Socket<End>) => {
    client.data = { other: null, waiting: [] };
    open.add(client);
    try {
      const server = await Bun.connect<End>({ ...target, data: { other: client, waiting: [] }, socket: events });
      open.add(server);
      client.data.other = server;
      flush(client);
    } catch {
      client.terminate(); // the target refuses, so the proxy does
    }
  };
  const listen = (port: number) =>
    Bun.listen<End>({ hostname: "127.0.0.1", port, socket: { ...events, open: (client) => void join(client) } });

  let listener = listen(0);
  const { port } = listener;
  const cut = () => {
    listener.stop(true);
    for (const socket of open) socket.terminate();
  };
  return {
    port,
    cut,
    restore: () => {
      listener = listen(port);
    },
    freeze: () => {
      frozen = true;
    },
    thaw: () => {
      frozen = false;
      for (const socket of open) flush(socket);
    },
    [Symbol.dispose]: cut,
  };
}
