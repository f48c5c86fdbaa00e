import { turnstile } from "@lib/gateway/turnstile.ts";
import { expect, test } from "bun:test";

/** Which tasks had run after each turn of the event loop. */
async function turnsOf(tasks: readonly string[], { again }: { again?: string } = {}): Promise<string[][]> {
  const admit = turnstile();
  const done: string[] = [];
  const add = (name: string): void =>
    admit(() => {
      done.push(name);
      if (name === again) add("again");
    });
  for (const name of tasks) add(name);
  const turns: string[][] = [[...done]];
  const total = tasks.length + (again === undefined ? 0 : 1);
  while (done.length < total) {
    await new Promise<void>((resolve) => void setImmediate(resolve));
    turns.push([...done]);
  }
  return turns;
}

test("tasks run in order, one a turn, and none at once", async () => {
  const turns = await turnsOf(["a", "b", "c"]);

  expect(turns[0]).toEqual([]);
  expect(turns.at(-1)).toEqual(["a", "b", "c"]);
  expect(turns.map(({ length }, at) => length - (turns[at - 1]?.length ?? 0)).every((ran) => ran <= 1)).toBe(true);
});

test("a task that a task adds is run after those that waited", async () => {
  expect((await turnsOf(["a", "b"], { again: "a" })).at(-1)).toEqual(["a", "b", "again"]);
});
