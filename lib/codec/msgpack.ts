/**
 * Frames in MessagePack: maps with text keys in the order of the event, every integer in its smallest form, timestamps
 * as integer milliseconds, byte lists as arrays; never bin, never an extension. Written here because the packers at
 * hand write integers above 2^32 as floats and positive 64-bit ones as signed, which clients do not expect.
 */
import type { Event } from "@lib/event/event.ts";
import { TIMESTAMP_FIELDS } from "@lib/model/timestamp.ts";

/** Where a frame is written; `bytes` is replaced by a larger copy when it is full. */
type Sink = { bytes: Buffer<ArrayBuffer>; at: number };

/** Every frame is written here first and then copied out: a buffer for each would cost more than the encoding. */
const SCRATCH = Buffer.alloc(65_536);
const SHORT_TEXT_LENGTH = 31;
const MAX_UINT64 = 2n ** 64n - 1n;
const MIN_INT64 = -(2n ** 63n);

/** The bytes of an event. */
export function encodeMsgpack(event: Event): Uint8Array<ArrayBuffer> {
  const sink: Sink = { bytes: SCRATCH, at: 0 };
  writeMap(sink, event);
  const frame = new Uint8Array(sink.at);
  sink.bytes.copy(frame, 0, 0, sink.at);
  return frame;
}

function writeValue(sink: Sink, value: unknown): void {
  switch (typeof value) {
    case "string":
      return writeText(sink, value);
    case "number":
      return Number.isSafeInteger(value) ? writeInteger(sink, value) : writeFloat(sink, value);
    case "boolean":
      return writeByte(sink, value ? 0xc3 : 0xc2);
    case "bigint":
      return writeBigint(sink, value);
    case "object":
      if (value === null) return writeByte(sink, 0xc0);
      if (Array.isArray(value)) return writeArray(sink, value);
      // Whatever else is an object here is a model or a map: events hold nothing else.
      return writeMap(sink, value as Readonly<Record<string, unknown>>);
    case "undefined":
      return writeByte(sink, 0xc0);
    default:
      throw new Error(`An event cannot hold a ${typeof value}`);
  }
}

/** Keys without a value are left out, as in JSON. */
function writeMap(sink: Sink, map: Readonly<Record<string, unknown>>): void {
  const keys = Object.keys(map);
  let size = keys.length;
  for (const key of keys) if (map[key] === undefined) size--;
  writeLength(sink, size, 0x80, 0xde);
  for (const key of keys) {
    const value = map[key];
    if (value === undefined) continue;
    writeText(sink, key);
    if (typeof value === "string" && TIMESTAMP_FIELDS.has(key)) writeTimestamp(sink, value);
    else writeValue(sink, value);
  }
}

function writeArray(sink: Sink, items: readonly unknown[]): void {
  writeLength(sink, items.length, 0x90, 0xdc);
  for (const item of items) writeValue(sink, item);
}

function writeTimestamp(sink: Sink, text: string): void {
  const timeMs = Date.parse(text);
  if (Number.isNaN(timeMs)) writeText(sink, text);
  else writeInteger(sink, timeMs);
}

/** Head of a map or array: a form of one byte for up to 15, else the 16-bit form or the 32-bit one after it. */
function writeLength(sink: Sink, length: number, fixed: number, wide: number): void {
  if (length < 16) return writeByte(sink, fixed | length);
  if (length < 0x10000) return writeUint16(sink, wide, length);
  writeUint32(sink, wide + 1, length);
}

function writeText(sink: Sink, text: string): void {
  reserve(sink, 5 + text.length * 3);
  if (text.length <= SHORT_TEXT_LENGTH && writeShortAscii(sink, text)) return;
  const size = Buffer.byteLength(text);
  if (size <= SHORT_TEXT_LENGTH) writeByte(sink, 0xa0 | size);
  else if (size < 0x100) writeUint8(sink, 0xd9, size);
  else if (size < 0x10000) writeUint16(sink, 0xda, size);
  else writeUint32(sink, 0xdb, size);
  sink.at += sink.bytes.write(text, sink.at);
}

/** Most texts are ids and names of fields: cheaper to copy here than to hand over. False when it is not ASCII. */
function writeShortAscii(sink: Sink, text: string): boolean {
  const { bytes, at } = sink;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x80) return false;
    bytes[at + 1 + index] = unit;
  }
  bytes[at] = 0xa0 | text.length;
  sink.at = at + 1 + text.length;
  return true;
}

function writeInteger(sink: Sink, value: number): void {
  if (value >= 0) writePositive(sink, value);
  else writeNegative(sink, value);
}

function writePositive(sink: Sink, value: number): void {
  if (value < 0x80) return writeByte(sink, value);
  if (value < 0x100) return writeUint8(sink, 0xcc, value);
  if (value < 0x10000) return writeUint16(sink, 0xcd, value);
  if (value < 0x100000000) return writeUint32(sink, 0xce, value);
  writeUint32(sink, 0xcf, Math.floor(value / 0x100000000));
  reserve(sink, 4);
  sink.at = sink.bytes.writeUInt32BE(value % 0x100000000, sink.at);
}

function writeNegative(sink: Sink, value: number): void {
  if (value >= -0x20) return writeByte(sink, value & 0xff);
  if (value >= -0x80) return writeUint8(sink, 0xd0, value & 0xff);
  if (value >= -0x8000) return writeUint16(sink, 0xd1, value & 0xffff);
  if (value >= -0x80000000) return writeUint32(sink, 0xd2, value >>> 0);
  writeInt64(sink, BigInt(value));
}

function writeBigint(sink: Sink, value: bigint): void {
  if (value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)) {
    return writeInteger(sink, Number(value));
  }
  if (value > MAX_UINT64 || value < MIN_INT64) throw new Error("An event cannot hold an integer of more than 64 bits");
  if (value < 0n) return writeInt64(sink, value);
  reserve(sink, 9);
  sink.bytes[sink.at] = 0xcf;
  sink.at = sink.bytes.writeBigUInt64BE(value, sink.at + 1);
}

function writeInt64(sink: Sink, value: bigint): void {
  reserve(sink, 9);
  sink.bytes[sink.at] = 0xd3;
  sink.at = sink.bytes.writeBigInt64BE(value, sink.at + 1);
}

function writeFloat(sink: Sink, value: number): void {
  reserve(sink, 9);
  sink.bytes[sink.at] = 0xcb;
  sink.at = sink.bytes.writeDoubleBE(value, sink.at + 1);
}

function writeByte(sink: Sink, byte: number): void {
  reserve(sink, 1);
  sink.bytes[sink.at++] = byte;
}

function writeUint8(sink: Sink, head: number, value: number): void {
  reserve(sink, 2);
  sink.bytes[sink.at++] = head;
  sink.bytes[sink.at++] = value;
}

function writeUint16(sink: Sink, head: number, value: number): void {
  reserve(sink, 3);
  sink.bytes[sink.at] = head;
  sink.at = sink.bytes.writeUInt16BE(value, sink.at + 1);
}

function writeUint32(sink: Sink, head: number, value: number): void {
  reserve(sink, 5);
  sink.bytes[sink.at] = head;
  sink.at = sink.bytes.writeUInt32BE(value, sink.at + 1);
}

function reserve(sink: Sink, size: number): void {
  if (sink.at + size <= sink.bytes.length) return;
  const bytes = Buffer.allocUnsafe(Math.max(sink.bytes.length * 2, sink.at + size));
  sink.bytes.copy(bytes, 0, 0, sink.at);
  sink.bytes = bytes;
}
