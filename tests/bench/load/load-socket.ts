import { FrameSplitter, payloadsOf, upgradeRequest } from "@tests/bench/load/socket-stream.ts";
import type { Socket, SocketHandler } from "bun";

/** What a socket tells when it has got its first frames. */
export type Opened = { readyMs: number; readyBytes: number; type: "Ready" | "Resumed" };

/** Where a lost connection continues. */
export type ResumePoint = { session: string; position: string };

/** A raw WebSocket that counts. */
export type LoadSocket = {
  readonly opened: Promise<Opened>;
  /** Session and last position seen; null unless it was asked to be resumable. */
  resumePoint(): ResumePoint | null;
  end(): void;
};

/** Within so many bytes from the end of a frame with a position stands the position. */
const POSITION_BYTES = 256;

type State = {
  url: URL;
  startedMs: number;
  /** Everything received until the first frames are complete. */
  opening: Buffer[] | null;
  splitter: FrameSplitter;
  session: string | null;
  lastChunk: Buffer | null;
  opened: PromiseWithResolvers<Opened>;
  ended: boolean;
  onTcpOpen(): void;
  onFrames(chunk: Buffer, frames: number): void;
};

/** Opens a socket. `onFrames` is told of each chunk after the first frames, and how many frames ended in it. */
export function openLoadSocket(url: URL, { onFrames, onTcpOpen }: Pick<State, "onFrames" | "onTcpOpen">): LoadSocket {
  const state: State = {
    url,
    startedMs: performance.now(),
    opening: [],
    splitter: new FrameSplitter(),
    session: null,
    lastChunk: null,
    opened: Promise.withResolvers<Opened>(),
    ended: false,
    onFrames,
    onTcpOpen,
  };
  const connected = Bun.connect<State>({
    hostname: url.hostname,
    port: Number(url.port),
    data: state,
    socket: handlers,
  });
  connected.catch((error: unknown) => state.opened.reject(error));
  return {
    opened: state.opened.promise,
    resumePoint: () => {
      const position = state.lastChunk?.toString("latin1").match(/.*"position":"([^"]*)"/s)?.[1];
      return state.session !== null && position !== undefined ? { session: state.session, position } : null;
    },
    end: () => {
      state.ended = true;
      void connected.then((socket) => socket.terminate());
    },
  };
}

const handlers: SocketHandler<State> = {
  open(socket) {
    socket.data.onTcpOpen();
    socket.write(upgradeRequest(socket.data.url));
  },
  data(socket, chunk) {
    const state = socket.data;
    if (state.opening) return readOpening(socket, state, chunk);
    if (state.session !== null) state.lastChunk = endOf(chunk);
    state.onFrames(chunk, state.splitter.read(chunk));
  },
  close({ data: { opened, ended, onFrames } }) {
    opened.reject(new Error("closed before its first frames"));
    if (!ended) onFrames(Buffer.alloc(0), -1);
  },
  error(socket, error) {
    socket.data.opened.reject(error);
  },
};

/** Looks for `Ready`, or `Resumed` when nothing has to be read anew. What follows it is counted. */
function readOpening(socket: Socket<State>, state: State, chunk: Buffer): void {
  const received = Buffer.concat([...(state.opening ?? []), chunk]);
  state.opening = [received];
  const headEnd = received.indexOf("\r\n\r\n");
  if (headEnd === -1) return;
  const head = received.toString("latin1", 0, headEnd);
  if (!head.startsWith("HTTP/1.1 101")) {
    state.opened.reject(new Error(head.split("\r\n", 1)[0]));
    return void socket.end();
  }
  const first = payloadsOf(received.subarray(headEnd + 4)).find((payload) => openingType(payload) !== null);
  const type = first && openingType(first);
  if (!first || !type) return;
  const end = first.byteOffset - received.byteOffset + first.length;
  state.opening = null;
  state.session = sessionIn(first);
  if (state.session !== null) state.lastChunk = endOf(received);
  state.opened.resolve({ readyMs: performance.now() - state.startedMs, readyBytes: first.length, type });
  const rest = received.subarray(end);
  if (rest.length > 0) state.onFrames(rest, state.splitter.read(rest));
}

/** A copy, so that it does not keep the whole frame of ten thousand sockets in memory. */
function sessionIn(payload: Buffer): string | null {
  const session = payload.toString("latin1").match(/"session":"([^"]*)"/)?.[1];
  return session === undefined ? null : Buffer.from(session).toString();
}

/** A copy of the last bytes, which hold the position, for the same reason. */
const endOf = (chunk: Buffer): Buffer => Buffer.from(chunk.subarray(-POSITION_BYTES));

/** `Resumed` that could not recover is followed by `Ready`. */
function openingType(payload: Buffer): Opened["type"] | null {
  const start = payload.toString("latin1", 0, 64);
  if (start.includes("Ready")) return "Ready";
  return start.includes("Resumed") && start.includes('"recovered":true') ? "Resumed" : null;
}
