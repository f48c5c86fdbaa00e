import { turnstile } from "@lib/gateway/turnstile.ts";
import { expect, test } from "bun:test";

/** Which tasks had run after each turn of the event loop; the first letter of a task is its line. */
async function turnsOf(tasks: readonly string[], { again }: { again?: string } = {}): Promise<string[][]> {
  const admit = turnstile();
  const done: string[] = [];
  const add = (name: string): void =>
    admit(name.charAt(0), () => {
      done.push(name);
      if (name === again) add(`${name} again`);
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
  const turns = await turnsOf(["a1", "a2", "a3"]);

  expect(turns[0]).toEqual([]);
  expect(turns.at(-1)).toEqual(["a1", "a2", "a3"]);
  expect(turns.map(({ length }, at) => length - (turns[at - 1]?.length ?? 0)).every((ran) => ran <= 1)).toBe(true);
});

test("a task that a task adds is run after those that waited", async () => {
  expect((await turnsOf(["a1", "a2"], { again: "a1" })).at(-1)).toEqual(["a1", "a2", "a1 again"]);
});

test("P7: a crowd in one line keeps those in others waiting no longer than one of it", async () => {
  expect((await turnsOf(["a1", "a2", "a3", "b1", "c1", "b2"])).at(-1)).toEqual(["a1", "b1", "c1", "a2", "b2", "a3"]);
});
