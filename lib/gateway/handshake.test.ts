import { type ReadyField, parseHandshake } from "@lib/gateway/handshake.ts";
import { describe, expect, test } from "bun:test";

describe("the query of a connection", () => {
  test("events-9: of what is given twice the last valid one counts", () => {
    const { format, token } = parseHandshake("?format=msgpack&token=a&token=b&format=xml&version=1&version=x");
    expect([format, token]).toEqual(["msgpack", "b"]);
    expect(parseHandshake("?format=msgpack&format=json").format).toBe("json");
  });

  test("events-4: an empty token is one, and a name without a value is nothing", () => {
    expect(parseHandshake("?token=").token).toBe("");
    expect(parseHandshake("?token&format").token).toBeNull();
    expect(parseHandshake("").token).toBeNull();
  });

  test("values are not percent-decoded, and end at a second equals sign", () => {
    expect(parseHandshake("?token=a%20b").token).toBe("a%20b");
    expect(parseHandshake("?token=a=b").token).toBe("a");
  });

  test.each<[query: string, fields: ReadyField[]]>([
    ["?ready=users", ["users"]],
    ["?ready=users&token=t", ["users"]],
    ["?token=t&ready=servers&ready=users", ["users", "servers"]],
    ["?ready=", []],
    ["?ready=nonsense&token=t", []],
    ["?ready=users=servers", ["users"]],
  ])("events-19 events-20: %s selects %p, wherever it stands", (query, fields) => {
    expect([...parseHandshake(query).ready.fields]).toEqual(fields);
  });

  test.each(["?token=t", "?ready", "?already=users"])("events-18: %s selects what everybody gets", (query) => {
    const { fields, settings } = parseHandshake(query).ready;
    const all = ["users", "servers", "channels", "members", "emojis", "voice_states", "policy_changes"];
    expect([[...fields], settings]).toEqual([all, []]);
  });

  test("events-22 Q3: settings are asked for by key, with plain brackets or encoded ones of either case", () => {
    const { fields, settings } = parseHandshake(
      "?ready=user_settings[a]&ready=user_settings%5Bb%5D&ready=user_settings%5bc%5d&ready=user_settings",
    ).ready;
    expect([[...fields], settings]).toEqual([[], ["a", "b", "c"]]);
  });

  test("events-22 Q3: the key of a setting is what it was before a URL library encoded it", () => {
    const keys = ["a:b", "ä", "[x]", "50%", "a&ready=users"];
    const query = new URLSearchParams(keys.map((key): [string, string] => ["ready", `user_settings[${key}]`]));
    expect(parseHandshake(`?${query}`).ready).toEqual({ fields: new Set(), settings: keys });
    expect(parseHandshake("?ready=user_settings[50%]&ready=user_settings%ff").ready.settings).toEqual(["50%"]);
  });

  test("P3: what is not asked for with true is not given", () => {
    for (const value of ["false", "", "1", "TRUE"]) {
      const { resume, compress } = parseHandshake(`?resume=${value}&compress=${value}&session=s&position=1-0`);
      expect([resume, compress]).toEqual([null, false]);
    }
    const { resume, compress } = parseHandshake("?resume=true&compress=true&session=s&position=1-0");
    expect([resume, compress]).toEqual([{ session: "s", position: "1-0" }, true]);
    expect(parseHandshake("?resume=true").resume).toEqual({ session: null, position: null });
  });
});
