import { eventually } from "@tests/harness/eventually.ts";

/** One frame that the server sent. */
export type RawFrame = { opcode: number; payload: Buffer; isCompressed: boolean };

/** A WebSocket spoken byte by byte, for what no well-behaved client does. */
export type RawSocket = AsyncDisposable & {
  frames: RawFrame[];
  readonly isClosed: boolean;
  /** Sends one masked frame; `fin: false` for a part of a message. */
  send(opcode: number, payload: string | Uint8Array, options?: { fin?: boolean }): void;
  /** Sends bytes as they are. */
  write(bytes: Uint8Array): void;
  /** Stops reading: what the server sends piles up. */
  pause(): void;
  /** Reads again. */
  resume(): void;
  /** The next frame with this opcode that was not taken yet. */
  take(opcode: number): Promise<Buffer>;
  /** Code and reason of the Close frame; null when the connection just ended. */
  closed(timeoutMs?: number): Promise<{ code: number; reason: string } | null>;
};

/** Opcodes of RFC 6455. */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/**
 * Opens a connection and waits until it is upgraded. Pongs to the server's pings are sent when `answersPings`; with
 * `deflates`, `permessage-deflate` is offered.
 */
export async function openRawSocket(
  url: string,
  query = "",
  { answersPings = true, deflates = false }: { answersPings?: boolean; deflates?: boolean } = {},
): Promise<RawSocket> {
  const { hostname, port, pathname } = new URL(url);
  const frames: RawFrame[] = [];
  let received = Buffer.alloc(0);
  let isUpgraded = false;
  let isClosed = false;
  const socket = await Bun.connect({
    hostname,
    port: Number(port),
    socket: {
      data: (_, bytes) => void read(bytes),
      close: () => void (isClosed = true),
      error: () => void (isClosed = true),
    },
  });
  socket.write(
    `GET ${pathname}${query} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
      (deflates ? "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n" : "\r\n"),
  );
  const send: RawSocket["send"] = (opcode, payload, { fin = true } = {}) =>
    void socket.write(encodeFrame(opcode, Buffer.from(payload), fin));

  function read(bytes: Uint8Array): void {
    received = Buffer.concat([received, bytes]);
    if (!isUpgraded) {
      const end = received.indexOf("\r\n\r\n");
      if (end < 0) return;
      isUpgraded = received.subarray(0, end).toString().startsWith("HTTP/1.1 101");
      received = received.subarray(end + 4);
    }
    for (let next = decodeFrame(received); next; next = decodeFrame(received)) {
      received = received.subarray(next.size);
      frames.push(next.frame);
      if (next.frame.opcode === OPCODE.ping && answersPings) send(OPCODE.pong, next.frame.payload);
    }
  }

  await eventually(() => isUpgraded || isClosed, { describe: "the upgrade" });
  return {
    frames,
    get isClosed() {
      return isClosed;
    },
    send,
    write: (bytes) => void socket.write(bytes),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    async take(opcode) {
      const at = await eventually(() => frames.findIndex((frame) => frame.opcode === opcode) + 1, {
        describe: `a frame with opcode ${opcode}`,
      });
      return frames.splice(at - 1, 1)[0]?.payload ?? Buffer.alloc(0);
    },
    async closed(timeoutMs = 10_000) {
      await eventually(() => isClosed || frames.some(({ opcode }) => opcode === OPCODE.close), {
        timeoutMs,
        describe: "the end of the connection",
      });
      const close = frames.find(({ opcode }) => opcode === OPCODE.close)?.payload;
      if (!close || close.length < 2) return null;
      return { code: close.readUInt16BE(0), reason: close.subarray(2).toString() };
    },
    async [Symbol.asyncDispose]() {
      socket.terminate();
    },
  };
}

const MASK = Buffer.from([1, 2, 3, 4]);

/** A frame of a client: masked, as RFC 6455 demands. */
export function encodeFrame(opcode: number, payload: Buffer, fin = true): Buffer {
  const first = (fin ? 0x80 : 0) | opcode;
  const head =
    payload.length < 126
      ? Buffer.from([first, 0x80 | payload.length])
      : payload.length < 65_536
        ? Buffer.from([first, 0x80 | 126, payload.length >> 8, payload.length & 255])
        : longHead(first, payload.length);
  return Buffer.concat([head, MASK, payload.map((byte, at) => byte ^ (MASK[at % 4] ?? 0))]);
}

function longHead(first: number, length: number): Buffer {
  const head = Buffer.alloc(10);
  head[0] = first;
  head[1] = 0x80 | 127;
  head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}

function decodeFrame(bytes: Buffer): { frame: RawFrame; size: number } | null {
  const [first = 0, short = 0] = bytes;
  const offset = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < offset) return null;
  const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (bytes.length < offset + length) return null;
  const payload = bytes.subarray(offset, offset + length);
  return { frame: { opcode: first & 15, payload, isCompressed: (first & 0x40) !== 0 }, size: offset + length };
}
