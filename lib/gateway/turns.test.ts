import { expect, test } from "bun:test";
import { createTurns } from "@lib/gateway/turns.ts";

test("turns of one key follow each other, also after a failure, and those of another key do not wait", async () => {
  const done: string[] = [];
  const turns = createTurns((key, error) => void done.push(`${key} failed: ${String(error)}`));
  const gate = Promise.withResolvers<void>();

  const first = turns.take("a", async () => {
    await gate.promise;
    throw "broken";
  });
  const second = turns.take("a", async () => void done.push("a again"));
  await turns.take("b", async () => void done.push("b"));
  expect(done).toEqual(["b"]);
  gate.resolve();
  await turns.settle();

  expect(done).toEqual(["b", "a failed: broken", "a again"]);
  await Promise.all([first, second]);
});
