/** Room for the longest header of a frame from a server. */
const HEADER_BYTES_MAX = 10;

/**
 * Splits what a server sends on a raw connection into WebSocket frames, without decoding them. Far cheaper than a
 * WebSocket client, so that the load does not take the processor away from what is measured.
 */
export class FrameSplitter {
  /** Bytes of the frame being received that are still to come. */
  #left = 0;
  /** The beginning of a header whose rest is still to come. */
  #header: Buffer | null = null;

  /** Reads a chunk; returns the number of frames that ended in it. */
  read(chunk: Buffer): number {
    let bytes = chunk;
    if (this.#header) {
      bytes = Buffer.concat([this.#header, chunk]);
      this.#header = null;
    }
    let at = 0;
    let ended = 0;
    while (at < bytes.length) {
      if (this.#left > 0) {
        const taken = Math.min(this.#left, bytes.length - at);
        this.#left -= taken;
        at += taken;
        if (this.#left === 0) ended++;
        continue;
      }
      const { header, payload } = readHeader(bytes, at);
      if (header === 0) {
        this.#header = Buffer.from(bytes.subarray(at));
        break;
      }
      at += header;
      this.#left = payload;
      if (payload === 0) ended++;
    }
    return ended;
  }
}

/** Lengths of a header and its payload; zeros while the header is incomplete. */
function readHeader(bytes: Buffer, at: number): { header: number; payload: number } {
  const available = bytes.length - at;
  const short = (bytes[at + 1] ?? 0) & 127;
  const header = short < 126 ? 2 : short === 126 ? 4 : HEADER_BYTES_MAX;
  if (available < header) return { header: 0, payload: 0 };
  if (short < 126) return { header, payload: short };
  return { header, payload: short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2)) };
}

/** The payloads of complete frames. */
export function payloadsOf(stream: Buffer): Buffer[] {
  const payloads: Buffer[] = [];
  for (let at = 0; at < stream.length;) {
    const { header, payload } = readHeader(stream, at);
    if (header === 0 || at + header + payload > stream.length) break;
    payloads.push(stream.subarray(at + header, at + header + payload));
    at += header + payload;
  }
  return payloads;
}

/** The request that turns a connection into a WebSocket. */
export function upgradeRequest(url: URL): string {
  const key = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64");
  return [
    `GET ${url.pathname}${url.search} HTTP/1.1`,
    `Host: ${url.host}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Key: ${key}`,
    "Sec-WebSocket-Version: 13",
    "\r\n",
  ].join("\r\n");
}
