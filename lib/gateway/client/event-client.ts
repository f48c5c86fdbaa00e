/**
 * A typed client of the gateway, for tests, benches and tools: both formats, reconnecting with backoff and jitter, also
 * from a network that was lost without a word, and resuming where the server offers it. Application code reads events in
 * order through `onEvent`.
 */
import { decodeMsgpackFrame } from "@lib/codec/decode-msgpack.ts";
import { decodeJsonFrame, encodeJson } from "@lib/codec/json.ts";
import { encodeMsgpack } from "@lib/codec/msgpack.ts";
import type { CatalogueEvent } from "@lib/event/catalogue.ts";
import type { ClientEvent } from "@lib/event/client-events.ts";
import { finalCodes } from "@lib/gateway/close-codes.ts";
import type { Format } from "@lib/gateway/handshake.ts";
import { backoffMs } from "@lib/telemetry/backoff.ts";
import { within } from "@lib/telemetry/within.ts";

/** Where and as whom to connect, what to ask for, and who is told of what comes. */
export type EventClientOptions = {
  /** WebSocket address, such as `ws://localhost:14700/ws`. */
  url: string;
  token: string;
  format?: Format;
  /** Values of `ready`; the server's default when absent. */
  ready?: readonly string[];
  /** Ask for positions and continue after a lost connection where it ended (P3). */
  resume?: boolean;
  /** Where an earlier client was (its `resumePoint`): the first connection continues there. */
  resumeFrom?: { session: string; position: string } | null;
  /** Ask for compressed frames. */
  compress?: boolean;
  /** Reconnect after a connection was lost; never after the token was refused or logged out. */
  reconnect?: boolean;
  /** How often the server is asked for a sign of life; a connection on which nothing comes for that long again is given up. */
  heartbeatMs?: number;
  onEvent(event: CatalogueEvent): void;
  /** Final is a close after which trying again with the same token is useless. */
  onClose?(close: { code: number; reason: string; isFinal: boolean }): void;
  /** Uniform in [0, 1); for the jitter of waits. */
  random?: () => number;
};

/** A connection that is kept up. */
export type EventClient = {
  /** Sends an event; while there is no connection it is lost. */
  send(event: ClientEvent): void;
  /** Sends a frame as it is, to test what is not a client event. */
  sendRaw(frame: string | Uint8Array<ArrayBuffer>): void;
  /** Where the next connection would continue. */
  readonly resumePoint: { session: string; position: string } | null;
  /** Drops the connection as a lost network would; with `reconnect` a new one follows. */
  drop(): void;
  close(): Promise<void>;
};

/** Also keeps proxies from ending a connection that is idle. */
const HEARTBEAT_MS = 30_000;
/** A `Ping` whose answer is told to nobody; it says where a quiet connection stands, so that it can be continued there. */
const HEARTBEAT = { type: "Ping", data: 0x0e12_b1ea_7000 } as const;
/** How long a server may take to answer a Close. */
const FAREWELL_MS = 2_000;

/** The last word on a token, which holds when the code of the close is lost on the way, and where there are no codes. */
const isLastWord = (event: object, type: string): boolean =>
  type === "Logout" || (type === "Error" && textOf(Reflect.get(event, "data"), "type") === "InvalidSession");

/** Connects; events arrive through `onEvent` from then on. */
export function connectEvents(options: EventClientOptions): EventClient {
  const { format = "json", heartbeatMs = HEARTBEAT_MS, random = Math.random } = options;
  const place = placeFrom(options.resumeFrom);
  let socket: WebSocket;
  let attempt = 0;
  let isClosing = false;
  let isRefused = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const closed = Promise.withResolvers<void>();
  open();

  function open(): void {
    socket = new WebSocket(address(options, format, place.resumePoint));
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => receive(data);
    socket.onclose = ({ code, reason }) => end(code, reason);
    endWhenSilent(socket, { everyMs: heartbeatMs, ask: () => send(HEARTBEAT) });
  }

  function receive(data: string | ArrayBuffer): void {
    const value = typeof data === "string" ? decodeJsonFrame(data) : decodeMsgpackFrame(new Uint8Array(data));
    const type = textOf(value, "type");
    if (!isObject(value) || type === null) return; // no event
    place.note(value, type);
    // Not earlier: a server that accepts the token and then cannot serve must not be asked again and again at once.
    if (isGreeting(type)) attempt = 0;
    if (type === "Pong" && Reflect.get(value, "data") === HEARTBEAT.data) return;
    isRefused ||= isLastWord(value, type);
    options.onEvent(value as CatalogueEvent); // what servers of this protocol send
  }

  /** Callers cannot know of a loss that has just happened: what they send then is lost, as it would be on the way. */
  function sendRaw(frame: string | Uint8Array<ArrayBuffer>): void {
    if (socket.readyState === WebSocket.OPEN) socket.send(frame);
  }

  function send(event: ClientEvent): void {
    sendRaw(format === "json" ? encodeJson(event) : encodeMsgpack(event));
  }

  function end(code: number, reason: string): void {
    const isFinal = isRefused || finalCodes.has(code);
    options.onClose?.({ code, reason, isFinal });
    if (!options.reconnect || isClosing || isFinal) return closed.resolve();
    timer = setTimeout(open, backoffMs(++attempt, { minMs: 100, maxMs: 30_000, random }));
  }

  return {
    send,
    sendRaw,
    get resumePoint() {
      return place.resumePoint;
    },
    drop: () => socket.terminate(),
    async close() {
      isClosing = true;
      clearTimeout(timer);
      await farewell(socket, closed.promise);
    },
  };
}

/** Closes a connection, also to a server that does not answer. */
async function farewell(socket: WebSocket, closed: Promise<void>): Promise<void> {
  if (socket.readyState === WebSocket.CLOSED) return;
  socket.close(1000);
  await within(FAREWELL_MS, closed);
  socket.terminate(); // has no effect on one that is closed
  await closed;
}

const isGreeting = (type: string): boolean => type === "Ready" || type === "Resumed";

/** Where a connection stands by the newest position, in the session that was named last. */
function placeFrom(start: EventClient["resumePoint"] = null) {
  let { session = null, position = null }: { session?: string | null; position?: string | null } = start ?? {};
  return {
    note(event: object, type: string): void {
      position = textOf(event, "position") ?? position;
      if (isGreeting(type)) session = textOf(event, "session") ?? session;
    },
    get resumePoint(): EventClient["resumePoint"] {
      return session !== null && position !== null ? { session, position } : null;
    },
  };
}

/**
 * A lost network closes nothing: ends a connection, or an attempt at one, on which nothing is heard although it was asked
 * for. Not by pings of WebSocket: a server may end a connection for one while much waits for it.
 */
function endWhenSilent(socket: WebSocket, { everyMs, ask }: { everyMs: number; ask(): void }): void {
  let isHeard = false;
  const hear = (): void => void (isHeard = true);
  for (const type of ["open", "message"] as const) socket.addEventListener(type, hear);
  const heartbeat = setInterval(() => {
    if (!isHeard) return socket.terminate();
    isHeard = false;
    ask();
  }, everyMs);
  socket.addEventListener("close", () => clearInterval(heartbeat));
}

function address(
  { url, token, ready, resume, compress }: EventClientOptions,
  format: Format,
  resumePoint: EventClient["resumePoint"],
): string {
  // Encoded, because what is not ours may hold anything, and a wrong address would be thrown where nobody can catch it.
  const query = new URLSearchParams({
    ...{ version: "1", format, token },
    ...(compress && { compress: "true" }),
    ...(resume && { resume: "true", ...resumePoint }),
  });
  return [`${url}?${query}`, ...(ready ?? []).map((value) => `ready=${value}`)].join("&");
}

function textOf(value: unknown, key: string): string | null {
  const field: unknown = isObject(value) ? Reflect.get(value, key) : null;
  return typeof field === "string" ? field : null;
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
