import { expect, test } from "bun:test";
import { keysSuite } from "@lib/keys/keys.suite.ts";
import { ExpiringMap } from "@lib/keys/expiring-map.ts";
import { memoryKeys } from "@lib/keys/memory.ts";
import { errorOf } from "@tests/harness/error-of.ts";

keysSuite("memory", async () => {
  const clock = manualClock();
  const keys = memoryKeys({ now: clock.now });
  return { keys, other: keys, pass: async (ms) => clock.pass(ms), [Symbol.asyncDispose]: () => keys.close() };
});

test("P16: a window lives through the millisecond of its end and not longer", async () => {
  const clock = manualClock();
  const keys = memoryKeys({ now: clock.now });
  await keys.hitWindow("w", 1, 10_000);

  clock.pass(10_000);
  expect(await keys.hitWindow("w", 1, 10_000)).toEqual({ allowed: false, remaining: 0, resetMs: 0 });
  clock.pass(1);
  expect(await keys.hitWindow("w", 1, 10_000)).toEqual({ allowed: true, remaining: 0, resetMs: 10_000 });
});

test("P16: memory is bounded: the least recently used key makes room", async () => {
  const keys = memoryKeys({ now: () => 0, entriesMax: 3 });
  for (const key of ["a", "b", "c"]) await keys.set(key, key, 1_000);
  await keys.get("a");

  await keys.set("d", "d", 1_000);

  expect(await keys.getMany(["a", "b", "c", "d"])).toEqual(["a", null, "c", "d"]);
});

test("ended entries disappear as others are written, without being asked for", () => {
  const clock = manualClock();
  const map = new ExpiringMap<number>(clock.now, 1_000_000);
  for (let key = 0; key < 1_000; key++) map.set(`old${key}`, key, 1_000);
  clock.pass(1_001);

  for (let key = 0; key < 1_200; key++) map.set(`new${key}`, key, 1_000);

  expect(map.size).toBe(1_200);
});

test("a text key is no set and a set is no text", async () => {
  const keys = memoryKeys({ now: () => 0 });
  await keys.set("text", "v", 1_000);
  await keys.addToSet("set", "m", 1_000);

  expect(String(await errorOf(keys.listSet("text")))).toContain("holds no set");
  expect(String(await errorOf(keys.get("set")))).toContain("holds a set");
});

function manualClock() {
  let nowMs = 1_000_000;
  return { now: () => nowMs, pass: (ms: number) => void (nowMs += ms) };
}
