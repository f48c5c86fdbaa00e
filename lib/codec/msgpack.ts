/**
 * Frames in MessagePack: maps with text keys in the order of the event, every integer in its smallest form, timestamps
 * as integer milliseconds, byte lists as arrays; never bin, never an extension. Written here because the packers at
 * hand write integers above 2^32 as floats and positive 64-bit ones as signed, which clients do not expect.
 *
 * Every writer puts a value at an offset and returns the offset after it. What does not fit is only counted: storing
 * beyond the end of a buffer does nothing, so the offset says how much room to write the whole again.
 */
import type { Event } from "@lib/event/event.ts";
import { TIMESTAMP_FIELDS } from "@lib/model/timestamp.ts";

type Bytes = Buffer<ArrayBuffer>;

/** Every frame is written here first and then copied out: a buffer for each would cost more than the encoding. */
const SCRATCH = Buffer.alloc(65_536);
const SHORT_TEXT_LENGTH = 31;
/** What a head of one byte can say of a map or array. */
const FIXED_LENGTH_MAX = 15;
const MAX_UINT64 = 2n ** 64n - 1n;
const MIN_INT64 = -(2n ** 63n);

/** The bytes of an event. */
export function encodeMsgpack(event: Event): Uint8Array<ArrayBuffer> {
  const size = writeMap(SCRATCH, 0, event);
  const frame = new Uint8Array(size);
  if (size <= SCRATCH.length) SCRATCH.copy(frame, 0, 0, size);
  else writeMap(Buffer.from(frame.buffer), 0, event);
  return frame;
}

function writeValue(bytes: Bytes, at: number, value: unknown): number {
  switch (typeof value) {
    case "string":
      return writeText(bytes, at, value);
    case "number":
      return Number.isSafeInteger(value) ? writeInteger(bytes, at, value) : writeFloat(bytes, at, value);
    case "boolean":
      return writeByte(bytes, at, value ? 0xc3 : 0xc2);
    case "bigint":
      return writeBigint(bytes, at, value);
    case "object":
      if (value === null) return writeByte(bytes, at, 0xc0);
      if (Array.isArray(value)) return writeArray(bytes, at, value);
      // Whatever else is an object here is a model or a map: events hold nothing else.
      return writeMap(bytes, at, value as Readonly<Record<string, unknown>>);
    case "undefined":
      return writeByte(bytes, at, 0xc0);
    default:
      throw new Error(`An event cannot hold a ${typeof value}`);
  }
}

/** Keys without a value are left out, as in JSON. */
function writeMap(bytes: Bytes, start: number, map: Readonly<Record<string, unknown>>): number {
  let size = 0;
  let at = start + 1;
  for (const key in map) {
    const value = map[key];
    if (value === undefined) continue;
    if (++size > FIXED_LENGTH_MAX) return writeLongMap(bytes, start, map);
    at = writeEntry(bytes, at, key, value);
  }
  writeByte(bytes, start, 0x80 | size); // known only now; to look for it first would cost as much as the values
  return at;
}

function writeLongMap(bytes: Bytes, start: number, map: Readonly<Record<string, unknown>>): number {
  const given = Object.keys(map).filter((key) => map[key] !== undefined);
  let at = writeLength(bytes, start, given.length, 0x80, 0xde);
  for (const key of given) at = writeEntry(bytes, at, key, map[key]);
  return at;
}

function writeEntry(bytes: Bytes, start: number, key: string, value: unknown): number {
  const at = writeText(bytes, start, key);
  if (typeof value === "string" && TIMESTAMP_FIELDS.has(key)) return writeTimestamp(bytes, at, value);
  return writeValue(bytes, at, value);
}

function writeArray(bytes: Bytes, at: number, items: readonly unknown[]): number {
  at = writeLength(bytes, at, items.length, 0x90, 0xdc);
  for (const item of items) at = writeValue(bytes, at, item);
  return at;
}

function writeTimestamp(bytes: Bytes, at: number, text: string): number {
  const timeMs = Date.parse(text);
  return Number.isNaN(timeMs) ? writeText(bytes, at, text) : writeInteger(bytes, at, timeMs);
}

/** Head of a map or array: a form of one byte for up to 15, else the 16-bit form or the 32-bit one after it. */
function writeLength(bytes: Bytes, at: number, length: number, fixed: number, wide: number): number {
  if (length <= FIXED_LENGTH_MAX) return writeByte(bytes, at, fixed | length);
  if (length < 0x10000) return writeUint16(bytes, at, wide, length);
  return writeUint32(bytes, at, wide + 1, length);
}

/** Most texts are ids and names of fields: cheaper to copy here than to hand over. */
function writeText(bytes: Bytes, at: number, text: string): number {
  const { length } = text;
  if (length > SHORT_TEXT_LENGTH) return writeLongText(bytes, at, text);
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x80) return writeLongText(bytes, at, text);
    bytes[at + 1 + index] = unit;
  }
  bytes[at] = 0xa0 | length;
  return at + 1 + length;
}

function writeLongText(bytes: Bytes, at: number, text: string): number {
  const size = Buffer.byteLength(text);
  const start = writeTextHead(bytes, at, size);
  if (start + size <= bytes.length) bytes.write(text, start);
  return start + size;
}

function writeTextHead(bytes: Bytes, at: number, size: number): number {
  if (size <= SHORT_TEXT_LENGTH) return writeByte(bytes, at, 0xa0 | size);
  if (size < 0x100) return writeUint8(bytes, at, 0xd9, size);
  if (size < 0x10000) return writeUint16(bytes, at, 0xda, size);
  return writeUint32(bytes, at, 0xdb, size);
}

function writeInteger(bytes: Bytes, at: number, value: number): number {
  return value >= 0 ? writePositive(bytes, at, value) : writeNegative(bytes, at, value);
}

function writePositive(bytes: Bytes, at: number, value: number): number {
  if (value < 0x80) return writeByte(bytes, at, value);
  if (value < 0x100) return writeUint8(bytes, at, 0xcc, value);
  if (value < 0x10000) return writeUint16(bytes, at, 0xcd, value);
  if (value < 0x100000000) return writeUint32(bytes, at, 0xce, value);
  return writeWide(bytes, at, 0xcf, value);
}

function writeNegative(bytes: Bytes, at: number, value: number): number {
  if (value >= -0x20) return writeByte(bytes, at, value & 0xff);
  if (value >= -0x80) return writeUint8(bytes, at, 0xd0, value & 0xff);
  if (value >= -0x8000) return writeUint16(bytes, at, 0xd1, value & 0xffff);
  if (value >= -0x80000000) return writeUint32(bytes, at, 0xd2, value >>> 0);
  return writeWide(bytes, at, 0xd3, value);
}

/** 64 bits of an integer in the safe range, in two's complement; timestamps have so many. */
function writeWide(bytes: Bytes, at: number, head: number, value: number): number {
  bytes[at] = head;
  const middle = writeBits(bytes, at + 1, Math.floor(value / 0x100000000));
  return writeBits(bytes, middle, value % 0x100000000);
}

function writeBigint(bytes: Bytes, at: number, value: bigint): number {
  if (value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)) {
    return writeInteger(bytes, at, Number(value));
  }
  if (value > MAX_UINT64 || value < MIN_INT64) throw new Error("An event cannot hold an integer of more than 64 bits");
  return writeUint64(bytes, at, value < 0n ? 0xd3 : 0xcf, BigInt.asUintN(64, value));
}

function writeFloat(bytes: Bytes, at: number, value: number): number {
  const [bits = 0n] = new BigUint64Array(Float64Array.of(value).buffer);
  return writeUint64(bytes, at, 0xcb, bits);
}

function writeByte(bytes: Bytes, at: number, byte: number): number {
  bytes[at] = byte;
  return at + 1;
}

function writeUint8(bytes: Bytes, at: number, head: number, value: number): number {
  bytes[at] = head;
  bytes[at + 1] = value;
  return at + 2;
}

function writeUint16(bytes: Bytes, at: number, head: number, value: number): number {
  bytes[at] = head;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value;
  return at + 3;
}

function writeUint32(bytes: Bytes, at: number, head: number, value: number): number {
  bytes[at] = head;
  return writeBits(bytes, at + 1, value);
}

function writeUint64(bytes: Bytes, at: number, head: number, value: bigint): number {
  bytes[at] = head;
  const middle = writeBits(bytes, at + 1, Number(value >> 32n));
  return writeBits(bytes, middle, Number(value & 0xffffffffn));
}

/** 32 bits, the highest first. */
function writeBits(bytes: Bytes, at: number, bits: number): number {
  bytes[at] = bits >>> 24;
  bytes[at + 1] = bits >>> 16;
  bytes[at + 2] = bits >>> 8;
  bytes[at + 3] = bits;
  return at + 4;
}
