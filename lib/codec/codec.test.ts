import { describe, expect, test } from "bun:test";
import { decodeMsgpackFrame } from "@lib/codec/decode-msgpack.ts";
import { DUPLICATE } from "@lib/codec/duplicate.ts";
import { decodeJson, decodeJsonFrame, encodeJson } from "@lib/codec/json.ts";
import { encodeMsgpack } from "@lib/codec/msgpack.ts";
import { parseClientEvent } from "@lib/event/client-events.ts";
import { authenticated, pong, ready } from "@lib/event/connection-events.ts";
import type { Event } from "@lib/event/event.ts";
import fc from "fast-check";
import { Packr } from "msgpackr";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const bytes = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(" ", ""), "hex"));
const fields = (value: unknown) => hex(encodeMsgpack({ type: "T", v: value })).slice("82a474797065a154a176".length);

/** Everything that an event can hold. */
const anyValue = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false),
    fc.maxSafeInteger(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }).map((n) => (Number.isSafeInteger(Number(n)) ? Number(n) : n)),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0) && !Number.isInteger(n)),
    fc.string({ unit: "grapheme" }),
    fc.array(tie("value")),
    fc.dictionary(
      fc.string().filter((key) => key !== "__proto__"),
      tie("value"),
    ),
  ),
})).value;
const anyEvent = fc
  .dictionary(
    fc.string().filter((key) => key !== "__proto__"),
    anyValue,
  )
  .map((rest): Event => ({ type: "T", ...rest }));

describe("MessagePack to clients", () => {
  test("is byte for byte as documented", () => {
    expect(hex(encodeMsgpack(authenticated({})))).toBe("81a474797065ad41757468656e74696361746564");
    expect(hex(encodeMsgpack(pong({ data: 0 })))).toBe("82a474797065a4506f6e67a46461746100");
    expect(hex(encodeMsgpack({ type: "T", joined_at: "2024-01-02T03:04:05.678Z" }))).toEndWith("cf0000018cc820db2e");
  });

  test.each<[number | bigint, string]>([
    [0, "00"],
    [127, "7f"],
    [128, "cc80"],
    [255, "ccff"],
    [256, "cd0100"],
    [65_535, "cdffff"],
    [65_536, "ce00010000"],
    [2 ** 32 - 1, "ceffffffff"],
    [2 ** 32, "cf0000000100000000"],
    [2 ** 53 - 1, "cf001fffffffffffff"],
    [2n ** 53n, "cf0020000000000000"],
    [2n ** 63n, "cf8000000000000000"],
    [2n ** 64n - 1n, "cfffffffffffffffff"],
    [-1, "ff"],
    [-32, "e0"],
    [-33, "d0df"],
    [-128, "d080"],
    [-129, "d1ff7f"],
    [-32_768, "d18000"],
    [-32_769, "d2ffff7fff"],
    [-(2 ** 31), "d280000000"],
    [-(2 ** 31) - 1, "d3ffffffff7fffffff"],
    [-(2n ** 63n), "d38000000000000000"],
    [7n, "07"],
  ])("writes %p in its smallest form", (value, expected) => {
    expect(fields(value)).toBe(expected);
  });

  test("writes texts, lists and maps with the shortest heads, never bin or extensions", () => {
    expect(fields("é".repeat(15))).toStartWith("be");
    expect(fields("é".repeat(16))).toStartWith("d920");
    expect(fields("a".repeat(255))).toStartWith("d9ff");
    expect(fields("a".repeat(256))).toStartWith("da0100");
    expect(fields("a".repeat(65_536))).toStartWith("db00010000");
    expect(fields([1, 255])).toBe("9201ccff");
    expect(fields(Array(16).fill(null))).toStartWith("dc0010c0");
    expect(fields(Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`k${i}`, i])))).toStartWith("de0010");
  });

  test("leaves out keys without a value, keeps null, and keeps the order of keys with type first", () => {
    expect(fields({ b: undefined, a: null })).toBe("81a161c0");
    expect(hex(encodeMsgpack({ type: "T", b: 1, a: 2 }))).toBe("83a474797065a154a16201a16102");
  });

  test("events-10: joined_at is an integer here and text with milliseconds in JSON", () => {
    const joined_at = "2024-01-02T03:04:05.678Z";
    const event = ready({ members: [{ _id: { server: "s", user: "u" }, joined_at }] });
    expect(new Packr({ useRecords: false, int64AsType: "number" }).unpack(encodeMsgpack(event))).toEqual({
      type: "Ready",
      members: [{ _id: { server: "s", user: "u" }, joined_at: Date.parse(joined_at) }],
    });
    expect(encodeJson(event)).toContain(`"joined_at":"${joined_at}"`);
  });

  test("turns only the text of timestamp fields into integers", () => {
    expect(fields({ content: "2024-01-02T03:04:05.678Z" })).toContain("b8323032342d");
    expect(fields({ edited: null })).toBe("81a6656469746564c0");
    expect(fields({ edited: "no time" })).toContain("a76e6f2074696d65");
    expect(fields({ timeout: [1, "2024-01-02T03:04:05.678Z"] })).toContain("b8323032342d");
  });

  test("is what another implementation reads as the same value", () => {
    const packr = new Packr({ useRecords: false, int64AsType: "bigint" });
    fc.assert(
      fc.property(anyEvent, (event) => {
        expect(withNumbers(packr.unpack(encodeMsgpack(event)))).toEqual(event);
      }),
    );
  });

  test("what it writes, it reads back", () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        expect(decodeMsgpackFrame(encodeMsgpack(event))).toEqual(event);
      }),
    );
  });

  test("grows with the event", () => {
    const event = { type: "T", texts: Array.from({ length: 500 }, (_, i) => "ü".repeat(i)) };
    expect(decodeMsgpackFrame(encodeMsgpack(event))).toEqual(event);
  });
});

describe("JSON to clients", () => {
  test("is compact, in order, without keys that have no value", () => {
    expect(encodeJson({ type: "T", b: undefined, a: [null, 1, "x"] })).toBe('{"type":"T","a":[null,1,"x"]}');
  });

  test("shows 64-bit integers as plain integers", () => {
    expect(encodeJson({ type: "T", a: 2n ** 63n, b: { c: -(2n ** 63n) } })).toBe(
      '{"type":"T","a":9223372036854775808,"b":{"c":-9223372036854775808}}',
    );
  });

  test("what it writes, it reads back", () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        expect(decodeJson(encodeJson(event))).toEqual(event);
      }),
    );
  });
});

describe("frames from clients", () => {
  const decode = {
    json: (text: string) => decodeJsonFrame(text),
    msgpack: (text: string) => decodeMsgpackFrame(bytes(text)),
  };

  test("decode as documented", () => {
    expect(decode.msgpack("82 a4 74797065 a4 50696e67 a4 64617461 cd3039")).toEqual({ type: "Ping", data: 12345 });
    expect(decode.json(' {"type":"Ping","data":12345}\n')).toEqual({ type: "Ping", data: 12345 });
  });

  test.each(["", "{", "null", "1", '"x"', "[]", '{"a":1}x', "\u0000", '{"a":1,}', "{'a':1}"])(
    "JSON %p is undecodable",
    (text) => {
      expect(decodeJsonFrame(text)).toBeNull();
    },
  );

  test.each([
    "",
    "c1",
    "00",
    "90",
    "a0",
    "81",
    "81a1",
    "8101c0",
    "81a161",
    "81a161c1",
    "81a1ffc0",
    "81a161dfffffffff",
    "81a161ddffffffff",
    "81a161dbffffffff",
    "81a161c6ffffffff",
    "81a161cf00",
  ])("MessagePack %p is undecodable", (text) => {
    expect(decode.msgpack(text)).toBeNull();
  });

  test("MessagePack ignores what follows the first value and accepts any width", () => {
    expect(decode.msgpack("81a161 cf0000000000000001 ff c1")).toEqual({ a: 1 });
    expect(decode.msgpack("df00000001 db0000000161 d3ffffffffffffffff")).toEqual({ a: -1 });
    expect(decode.msgpack("de0001 d90161 ca3fc00000")).toEqual({ a: 1.5 });
  });

  test("a key given twice spoils the frame only where it has a meaning", () => {
    expect(decode.json('{"data":1,"type":"Ping","data":2}')).toEqual({ type: "Ping", data: DUPLICATE });
    for (const frame of [
      '{"type":"Ping","data":1,"data":1}',
      '{"type":"Ping","type":"Ping","data":1}',
      '{"type":"Ping","data":1,"d\\u0061ta":1}',
    ]) {
      expect(parseClientEvent(decode.json(frame))).toBeNull();
    }
    for (const frame of [
      '{"type":"Ping","data":1,"x":1,"x":{"x":"\\"x\\":"}}',
      '{"type":"Ping","data":1,"x":{"data":2,"type":3}}',
    ]) {
      expect(parseClientEvent(decode.json(frame))).toEqual({ type: "Ping", data: 1 });
    }
    expect(parseClientEvent(decode.msgpack("83 a474797065 a450696e67 a464617461 01 a464617461 01"))).toBeNull();
    expect(parseClientEvent(decode.msgpack("84 a474797065 a450696e67 a464617461 01 a178 01 a178 01"))).toEqual({
      type: "Ping",
      data: 1,
    });
  });

  test("keys named like parts of an object's machinery stay plain keys", () => {
    for (const value of [
      decode.json('{"__proto__":{"type":"Ping"},"constructor":1}'),
      decode.msgpack("82 a95f5f70726f746f5f5f 81a474797065a450696e67 ab636f6e7374727563746f72 01"),
    ]) {
      expect(parseClientEvent(value)).toBeNull();
      expect(Object.keys(value ?? {})).toEqual(["__proto__", "constructor"]);
    }
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });

  test("nesting without end is ignored, not a crash", () => {
    const depth = 1_000_000;
    for (const text of [
      `${'{"a":'.repeat(depth)}1`,
      `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`,
      `{"a":${"[".repeat(depth)}1111111111111111${"]".repeat(depth)}}`,
    ]) {
      expect(parseClientEvent(decodeJsonFrame(text))).toBeNull();
    }
    expect(decodeMsgpackFrame(new Uint8Array(depth).fill(0x81))).toBeNull();
    expect(decodeMsgpackFrame(Uint8Array.of(0x81, 0xa1, 0x61, ...new Uint8Array(200).fill(0x91), 0xc0))).toBeNull();
  });

  test("no bytes and no text make a decoder throw", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (frame) => void decodeMsgpackFrame(frame)));
    fc.assert(fc.property(fc.string(), (frame) => void decodeJsonFrame(`{${frame}`)));
    fc.assert(
      fc.property(anyEvent, fc.nat(), fc.nat(255), (event, at, byte) => {
        const frame = encodeMsgpack(event);
        frame[at % frame.length] = byte;
        decodeMsgpackFrame(frame);
        decodeMsgpackFrame(frame.subarray(0, at % frame.length));
      }),
    );
  });
});

/** The other implementation reads every 64-bit integer as `bigint`; ours only those that are not safe as `number`. */
function withNumbers(value: unknown): unknown {
  if (typeof value === "bigint")
    return value === BigInt(Number(value)) && Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(withNumbers);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, withNumbers(field)]));
}
