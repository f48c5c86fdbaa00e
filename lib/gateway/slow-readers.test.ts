import { type Reader, slowReaders } from "@lib/gateway/slow-readers.ts";
import { expect, test } from "bun:test";

/** A reader that counts how often it is asked what waits for it. */
function readerWith(waiting: number) {
  const reader = {
    state: "live" as Reader["state"],
    waiting,
    isHeldBack: false,
    asked: 0,
    closes: [] as number[],
    get waitingBytes(): number {
      reader.asked++;
      return reader.waiting;
    },
    close({ code }: { code: number }): void {
      reader.closes.push(code);
    },
  };
  return reader;
}

type TestReader = ReturnType<typeof readerWith>;

/** Watches readers of which each may have a thousand bytes waiting. */
function watched(...readers: TestReader[]) {
  const slow = slowReaders<TestReader>({ bytesMax: 1_000, cutOff: (reader) => void (reader.state = "ending") });
  return { ...slow, check: (nowMs: number): void => slow.check(readers, nowMs) };
}

const bytes = (length: number): Uint8Array => new Uint8Array(length);

test("nobody is asked before so much was sent that somebody can lag", () => {
  const reader = readerWith(0);
  const { noteSent, check } = watched(reader);

  noteSent(bytes(300));
  check(0);
  noteSent(bytes(200));
  check(1_000);
  const askedBelow = reader.asked;
  noteSent(bytes(1));
  check(2_000);

  expect(askedBelow).toBe(0);
  expect(reader.asked).toBe(1);
});

test("what waited at the last look counts towards the next one", () => {
  const reader = readerWith(400);
  const { noteSent, check } = watched(reader);
  noteSent(bytes(501));
  check(0);

  noteSent(bytes(101));
  check(1_000);

  expect(reader.asked).toBe(2);
});

test("a character of a text frame counts for as many bytes as it may have", () => {
  const reader = readerWith(0);
  const { noteSent, check } = watched(reader);

  noteSent("€".repeat(167));
  check(0);

  expect(reader.asked).toBe(1);
});

test("a reader that lags for two seconds is cut off, and closed once it has read what waited, though nothing is sent any more", () => {
  const [slow, fast] = [readerWith(501), readerWith(0)];
  const { noteSent, check } = watched(slow, fast);
  noteSent(bytes(600));

  check(0);
  check(1_999);
  const before = slow.state;
  check(2_000);
  const after = slow.state;
  check(3_000);
  const closedEarly = [...slow.closes];
  slow.waiting = 0;
  check(4_000);

  expect([before, after]).toEqual(["live", "ending"]);
  expect(closedEarly).toEqual([]);
  expect(slow.closes).toEqual([4005]);
  expect([fast.state, fast.closes, fast.asked]).toEqual(["live", [], 1]);
});

test("a reader that is cut off and reads nothing is closed after ten seconds more", () => {
  const slow = readerWith(501);
  const { noteSent, check } = watched(slow);
  noteSent(bytes(600));

  for (const atMs of [0, 2_000, 12_000]) check(atMs);
  const closedInTime = [...slow.closes];
  check(12_001);

  expect(closedInTime).toEqual([]);
  expect(slow.closes).toEqual([4005]);
});

test("a reader that catches up in time is left alone, and its lagging begins anew", () => {
  const reader = readerWith(501);
  const { noteSent, check } = watched(reader);
  noteSent(bytes(600));
  check(0);
  reader.waiting = 100;
  check(1_500);

  reader.waiting = 501;
  noteSent(bytes(401));
  check(2_500);
  check(4_000);

  expect(reader.state).toBe("live");
});

test("a reader that closed is not looked at any more", () => {
  const reader = readerWith(501);
  const { noteSent, check } = watched(reader);
  noteSent(bytes(600));
  check(0);
  reader.state = "closed";
  check(1_000);
  const { asked } = reader;

  check(60_000);

  expect(reader.asked).toBe(asked);
  expect(reader.closes).toEqual([]);
});

test("a reader that is still taking in what it started with is left alone while it takes anything", () => {
  const reader = readerWith(5_000);
  reader.isHeldBack = true;
  const { noteSent, check } = watched(reader);
  noteSent(bytes(5_000));
  check(0);

  for (let atMs = 9_000; reader.waiting > 501; atMs += 9_000) {
    reader.waiting = Math.max(501, reader.waiting - 900);
    check(atMs);
  }

  expect([reader.state, reader.closes]).toEqual(["live", []]);
});

test("a reader that takes nothing of what it started with is cut off after ten seconds", () => {
  const reader = readerWith(5_000);
  reader.isHeldBack = true;
  const { noteSent, check } = watched(reader);
  noteSent(bytes(5_000));
  check(0);

  check(9_999);
  const before = reader.state;
  check(10_000);

  expect([before, reader.state]).toEqual(["live", "ending"]);
});
