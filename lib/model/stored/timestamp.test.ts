import { expect, test } from "bun:test";
import { isoTimestamp, readTimestamp } from "@lib/model/stored/timestamp.ts";

const TIME_MS = 1_749_269_088_000;

test.each([
  [TIME_MS],
  [BigInt(TIME_MS)],
  [new Date(TIME_MS)],
  ["2025-06-07T04:04:48+0000"],
  ["2025-06-07T04:04:48.000Z"],
  ["2025-06-07T04:04:48Z"],
  ["2025-06-07 04:04:48"],
  ["2025-06-07_04:04:48,000000000UTC"],
  ["20250607t040448Z"],
  ["2025-06-07T06:04:48+02:00"],
  ["2025-06-06T23:34:48-0430"],
])("data-16: %p reads as the same time", (stored) => {
  expect(readTimestamp(stored)).toBe(TIME_MS);
});

test("data-16: a date alone is its midnight, and a fraction of any length is cut to milliseconds", () => {
  expect(readTimestamp("2025-06-07")).toBe(Date.UTC(2025, 5, 7));
  expect(readTimestamp("2025-06-07T04:04:48.123999Z")).toBe(TIME_MS + 123);
  expect(readTimestamp("2025-06-07T04:04:48.5Z")).toBe(TIME_MS + 500);
});

test.each([["0000-02-29T12:00:00.000Z"], ["0001-01-01T00:00:00.000Z"], ["0099-12-31T23:59:59.999Z"]])(
  "%p, in a year of the first century, is no other year",
  (stored) => {
    expect(isoTimestamp(readTimestamp(stored) ?? 0)).toBe(stored);
  },
);

test.each([
  ["yesterday"],
  ["2025-13-01"],
  ["2025-02-30"],
  ["2025-06-07T25:00:00Z"],
  [""],
  [Number.NaN],
  [true],
  [null],
  [{}],
])("%p is no time", (stored) => {
  expect(readTimestamp(stored)).toBeNull();
});

test("data-18: times are shown with three fraction digits and Z", () => {
  expect(isoTimestamp(1_700_000_000_000)).toBe("2023-11-14T22:13:20.000Z");
});
