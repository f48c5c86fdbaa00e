import { parseBody } from "@lib/rpc/parse-input.ts";
import { describe, expect, test } from "bun:test";
import { z } from "zod";

/** A list whose items are counted as they are looked at. */
function countingList() {
  let looked = 0;
  const item = z.unknown().refine(() => ++looked > 0);
  return { looked: () => looked, list: z.array(z.intersection(item, z.object({ id: z.string().max(1) }))) };
}

describe("parseBody", () => {
  test("P15: a list that is wrong is not looked at beyond its first wrong item", () => {
    const { list, looked } = countingList();
    const items = [{ id: "a" }, {}, ...Array<object>(1_000).fill({})];
    expect(() => parseBody(z.object({ list }), { list: items })).toThrow("body.list.1.id");
    expect(looked()).toBe(2);
  });

  test("http-12: a wrong shape is told also behind a broken constraint", () => {
    const { list, looked } = countingList();
    const items = [{ id: "too long" }, { id: "too long" }, { id: 1 }];
    expect(() => parseBody(z.object({ list }), { list: items })).toThrow("body.list.2.id");
    expect(looked()).toBe(3);
  });
});
