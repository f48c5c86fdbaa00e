import { expect, spyOn, test } from "bun:test";
import { WAIT_MS_MAX, exclusively } from "@lib/domain/exclusive.ts";
import { systemIds } from "@lib/domain/system-ids.ts";
import { OverLimitError } from "@lib/error/over-limit.ts";
import { memoryKeys } from "@lib/keys/memory.ts";
import { errorOf } from "@tests/harness/error-of.ts";

test("P13: work of one name runs one at a time, whatever became of the one before", async () => {
  const given = open();
  const log: string[] = [];
  const work = (name: string) => async () => {
    log.push(`${name} begins`);
    await Promise.resolve();
    log.push(`${name} ends`);
    if (name === "a") throw new Error("broken");
  };

  const results = await Promise.allSettled([given.exclusively(work("a")), given.exclusively(work("b"))]);

  expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
  expect(log).toEqual(["a begins", "a ends", "b begins", "b ends"]);
});

test("P13: work that outlasted its hold does not end the hold of the one that began meanwhile", async () => {
  const given = open();
  const [slow, next] = [given.begin(), given.begin()];
  await slow.begun;
  given.pass(60_000);
  await next.begun;

  slow.end();
  await slow.done;
  expect(await given.isHeld()).toBe(true);

  next.end();
  await next.done;
  expect(await given.isHeld()).toBe(false);
});

test("P15: who has waited very long for their turn is told to ask again later", async () => {
  const given = open();
  const first = given.begin();
  await first.begun;
  const now = spyOn(performance, "now").mockReturnValueOnce(0);
  now.mockReturnValue(WAIT_MS_MAX + 1);

  const error = await errorOf(given.exclusively(async () => {}));
  now.mockRestore();

  expect(error).toBeInstanceOf(OverLimitError);
  expect(error).toMatchObject({ cause: "work is busy" });
  first.end();
  await first.done;
});

/** Keys on a clock of their own, and work of one name that goes on until it is told to end. */
function open() {
  let nowMs = 0;
  const clock = { now: () => nowMs };
  const deps = { keys: memoryKeys(clock), ids: systemIds(clock) };
  const run = (work: () => Promise<void>) => exclusively(deps, "work", work);
  return {
    exclusively: run,
    begin() {
      const [begun, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const done = run(() => {
        begun.resolve();
        return ended.promise;
      });
      return { begun: begun.promise, end: () => ended.resolve(), done };
    },
    isHeld: async () => (await deps.keys.get("exclusive:work")) !== null,
    pass: (ms: number) => void (nowMs += ms),
  };
}
