import type { SocketHandler } from "bun";

/** An answer to a request. */
export type HttpAnswer = { status: number; body: Buffer };

/** One kept-alive connection that has one request under way at most. Far cheaper than `fetch`. */
export type HttpConnection = { exchange(request: Buffer): Promise<HttpAnswer>; end(): void };

type State = { received: Buffer[]; waiting: PromiseWithResolvers<HttpAnswer> | null };

/** Opens a connection to the host of a URL. */
export async function openHttpConnection(url: URL): Promise<HttpConnection> {
  const state: State = { received: [], waiting: null };
  const socket = await Bun.connect<State>({
    hostname: url.hostname,
    port: Number(url.port),
    data: state,
    socket: handlers,
  });
  return {
    exchange(request) {
      const waiting = Promise.withResolvers<HttpAnswer>();
      state.waiting = waiting;
      socket.write(request);
      return waiting.promise;
    },
    end: () => void socket.end(),
  };
}

const handlers: SocketHandler<State> = {
  data({ data: state }, chunk) {
    // Mostly the answer is one chunk; what is kept must be copied, because the chunk is reused.
    const bytes = state.received.length === 0 ? chunk : Buffer.concat([...state.received, chunk]);
    const answer = parseAnswer(bytes);
    state.received = answer ? [] : [Buffer.from(bytes)];
    if (!answer) return;
    const { waiting } = state;
    state.waiting = null;
    waiting?.resolve(answer);
  },
  close({ data: { waiting } }) {
    waiting?.reject(new Error("the connection was closed"));
  },
  error({ data: { waiting } }, error) {
    waiting?.reject(error);
  },
};

function parseAnswer(bytes: Buffer): HttpAnswer | null {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd === -1) return null;
  const head = bytes.toString("latin1", 0, headEnd);
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? NaN);
  if (Number.isNaN(length)) throw new Error(`an answer without length: ${head}`);
  if (bytes.length < headEnd + 4 + length) return null;
  return { status: Number(head.slice(9, 12)), body: Buffer.from(bytes.subarray(headEnd + 4, headEnd + 4 + length)) };
}

/** A request as it goes over the wire. */
export function requestBytes(
  url: URL,
  {
    method,
    path,
    headers = {},
    body,
  }: { method: string; path: string; headers?: Record<string, string>; body?: string },
): Buffer {
  const payload = Buffer.from(body ?? "");
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${url.host}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (body !== undefined) lines.push("Content-Type: application/json", `Content-Length: ${payload.length}`);
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), payload]);
}
