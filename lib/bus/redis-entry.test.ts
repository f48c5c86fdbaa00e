import { parseRedisEntry } from "@lib/bus/redis-entry.ts";
import { describe, expect, test } from "bun:test";

const parse = (body: string) => parseRedisEntry("5-0", ["t", "s", "e", body]).entry;
const update = (fields: object) => JSON.stringify({ type: "ServerUpdate", id: "s", data: {}, clear: [], ...fields });

describe("an entry of the stream", () => {
  test("is an event with its text, and fields that the catalogue does not know stay", () => {
    const body = update({ data: { name: "n", later: 1 } });

    expect(parse(body)).toEqual({
      position: "5-0",
      topics: ["s"],
      acceptedMs: 5,
      event: JSON.parse(body),
      text: body,
    });
  });

  test("was accepted when its publisher says, which may be long before it arrived, or else when it arrived", () => {
    const accepted = (fields: string[]) => parseRedisEntry("9000-3", ["t", "s", "e", update({}), ...fields]).entry;

    expect(accepted(["a", "5000"])?.acceptedMs).toBe(5_000);
    expect(accepted(["a", "soon"])?.acceptedMs).toBe(9_000);
    expect(accepted([])?.acceptedMs).toBe(9_000);
  });

  test("P6: is none when its type is unknown or a field that changes the world has the wrong shape", () => {
    const bad = [
      `{"type":"Unheard"}`,
      update({ data: { roles: true } }),
      update({ data: { default_permissions: "x" } }),
      update({ clear: ["Everything"] }),
      update({ data: null }),
      `{"type":"UserUpdate","id":"u","data":{"privileged":"yes"},"clear":[],"event_id":null}`,
      `{"type":"Message","channel":"c","author":"u","_id":7}`,
    ];

    expect(bad.map(parse)).toEqual(bad.map(() => null));
  });

  test("may exceed a limit: what was stored before there was one is published, too", () => {
    const categories = [{ id: "c", title: "x".repeat(100), channels: [] }];

    expect(parse(update({ data: { categories } }))).not.toBeNull();
  });

  test("has no text when that says less than its event", () => {
    const entry = parse(`{"type":"ServerUpdate","id":"s","data":{}}`);

    expect(entry?.event).toEqual({ type: "ServerUpdate", id: "s", data: {}, clear: [] });
    expect(entry?.text).toBeUndefined();
  });
});
