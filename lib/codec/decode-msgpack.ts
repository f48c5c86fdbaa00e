/**
 * Reads MessagePack that clients send, which may be anything: nesting and lengths are bounded before memory is taken,
 * and maps become objects without a prototype.
 */
import { DUPLICATE } from "@lib/codec/duplicate.ts";

/** Where the next value starts. */
type Source = { readonly bytes: Uint8Array; readonly view: DataView; at: number };

/** Deeper nesting makes a frame undecodable; no client event nests more than two levels. */
const DEPTH_MAX = 128;

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** These bytes are not the MessagePack that was expected. */
class UndecodableError extends Error {}

/**
 * What a client's binary frame holds, or null when it does not start with one map with text keys; bytes after it are
 * ignored. A key given twice at its top level reads as `DUPLICATE`, so that it spoils the frame where the key has a
 * meaning, and nowhere else.
 */
export function decodeMsgpackFrame(bytes: Uint8Array): unknown {
  try {
    const value = readValue(sourceOf(bytes), 0);
    return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === null ? value : null;
  } catch (error) {
    // Reading past the end is a RangeError of the view, malformed text a TypeError of the decoder.
    if (error instanceof UndecodableError || error instanceof RangeError || error instanceof TypeError) return null;
    throw error;
  }
}

function sourceOf(bytes: Uint8Array): Source {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at: 0 };
}

function readValue(source: Source, depth: number): unknown {
  if (depth > DEPTH_MAX) throw new UndecodableError();
  const head = source.view.getUint8(source.at++);
  if (head < 0x80) return head;
  if (head < 0x90) return readMap(source, head & 0x0f, depth);
  if (head < 0xa0) return readArray(source, head & 0x0f, depth);
  if (head < 0xc0) return readText(source, head & 0x1f);
  if (head >= 0xe0) return head - 0x100;
  return readWide(source, head, depth);
}

/** A value whose head byte tells only its kind. */
function readWide(source: Source, head: number, depth: number): unknown {
  switch (head) {
    case 0xc0:
      return null;
    case 0xc2:
      return false;
    case 0xc3:
      return true;
    case 0xc4:
    case 0xc5:
    case 0xc6:
      return readBytes(source, readLength(source, head - 0xc4));
    case 0xc7:
    case 0xc8:
    case 0xc9:
      return readBytes(source, readLength(source, head - 0xc7) + 1);
    case 0xd4:
    case 0xd5:
    case 0xd6:
    case 0xd7:
    case 0xd8:
      return readBytes(source, (1 << (head - 0xd4)) + 1);
    case 0xd9:
    case 0xda:
    case 0xdb:
      return readText(source, readLength(source, head - 0xd9));
    case 0xdc:
    case 0xdd:
      return readArray(source, readLength(source, head - 0xdb), depth);
    case 0xde:
    case 0xdf:
      return readMap(source, readLength(source, head - 0xdd), depth);
    default:
      return readNumber(source, head);
  }
}

function readNumber(source: Source, head: number): number | bigint {
  const { view } = source;
  switch (head) {
    case 0xca:
      return view.getFloat32(advance(source, 4));
    case 0xcb:
      return view.getFloat64(advance(source, 8));
    case 0xcc:
      return view.getUint8(advance(source, 1));
    case 0xcd:
      return view.getUint16(advance(source, 2));
    case 0xce:
      return view.getUint32(advance(source, 4));
    case 0xcf:
      return exact(view.getBigUint64(advance(source, 8)));
    case 0xd0:
      return view.getInt8(advance(source, 1));
    case 0xd1:
      return view.getInt16(advance(source, 2));
    case 0xd2:
      return view.getInt32(advance(source, 4));
    case 0xd3:
      return exact(view.getBigInt64(advance(source, 8)));
    default:
      throw new UndecodableError();
  }
}

/** A `number` whenever that is exact. */
function exact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** A length of 1, 2 or 4 bytes for the widths 0, 1 and 2. */
function readLength(source: Source, width: number): number {
  if (width === 0) return source.view.getUint8(advance(source, 1));
  if (width === 1) return source.view.getUint16(advance(source, 2));
  return source.view.getUint32(advance(source, 4));
}

function readArray(source: Source, length: number, depth: number): unknown[] {
  expectBytes(source, length);
  const items: unknown[] = [];
  for (let index = 0; index < length; index++) items.push(readValue(source, depth + 1));
  return items;
}

function readMap(source: Source, length: number, depth: number): object {
  expectBytes(source, length * 2);
  const map: Record<string, unknown> = Object.create(null);
  for (let index = 0; index < length; index++) {
    const key = readValue(source, depth + 1);
    if (typeof key !== "string") throw new UndecodableError();
    const value = readValue(source, depth + 1);
    map[key] = depth === 0 && key in map ? DUPLICATE : value;
  }
  return map;
}

function readText(source: Source, length: number): string {
  return UTF8.decode(readBytes(source, length));
}

function readBytes(source: Source, length: number): Uint8Array {
  expectBytes(source, length);
  const start = advance(source, length);
  return source.bytes.subarray(start, start + length);
}

/** Every element takes a byte at least, so a length beyond the rest of the frame is a lie. */
function expectBytes(source: Source, length: number): void {
  if (length > source.bytes.length - source.at) throw new UndecodableError();
}

/** Passes over bytes; returns where they started. */
function advance(source: Source, length: number): number {
  const start = source.at;
  source.at += length;
  return start;
}
