import { expect, test } from "bun:test";
import { parseClientEvent } from "@lib/event/client-events.ts";

test("a ping may carry any unsigned 64-bit integer or list of bytes", () => {
  for (const data of [0, 1, 2 ** 53 - 1, 2n ** 53n, 2n ** 64n - 1n, [], [1, 255]]) {
    expect<unknown>(parseClientEvent({ type: "Ping", data })).toEqual({ type: "Ping", data });
  }
});

test("a ping with anything else is none", () => {
  const values = [
    -1,
    -1n,
    1.5,
    2n ** 64n,
    "x",
    null,
    undefined,
    true,
    {},
    [256],
    [-1],
    [1.5],
    ["1"],
    new Uint8Array(2),
  ];
  for (const data of values) expect(parseClientEvent({ type: "Ping", data })).toBeNull();
});

test("responded may be absent, null or {}, nothing else", () => {
  const ping = (responded: unknown) => parseClientEvent({ type: "Ping", data: 1, responded });
  for (const responded of [undefined, null, {}]) expect(ping(responded)).not.toBeNull();
  for (const responded of [true, 1, [], { a: 1 }]) expect(ping(responded)).toBeNull();
});

test("unknown keys are ignored", () => {
  const frame = { type: "BeginTyping", channel: "c", extra: 1 };
  expect<unknown>(parseClientEvent(frame)).toEqual({ type: "BeginTyping", channel: "c" });
});

test("unknown types, missing and mistyped fields make a frame none", () => {
  const frames = [
    { type: "Pong", data: 1 },
    { type: "BeginTyping" },
    { type: "Subscribe", server_id: 1 },
    {},
    null,
    [],
    "Ping",
  ];
  for (const frame of frames) expect(parseClientEvent(frame)).toBeNull();
});
