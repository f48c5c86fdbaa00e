import { typingAllowance } from "@lib/gateway/typing-allowance.ts";
import { expect, test } from "bun:test";

/** How many of so many signs of typing are passed on, each in one of the channels in turn. */
function passed(bot: boolean, signs: number, channels: number): number {
  const take = typingAllowance({ bot });
  let count = 0;
  for (let at = 0; at < signs; at++) if (take(`${at % channels}`, 1_000)) count++;
  return count;
}

test("P7: a flood of a person is bounded over all channels, one of a bot in each of them", () => {
  expect([passed(false, 1_000, 1), passed(false, 1_000, 50)]).toEqual([20, 20]);
  expect([passed(true, 1_000, 1), passed(true, 2_000, 50)]).toEqual([20, 1_000]);
});

test("P7: a bot may type in a channel again as time passes, also when it types elsewhere meanwhile", () => {
  const take = typingAllowance({ bot: true });
  for (let at = 0; at < 21; at++) take("a", 1_000);

  expect([take("a", 1_100), take("b", 1_500), take("a", 2_000)]).toEqual([false, true, true]);
  expect([take("b", 60_000), take("a", 60_000)]).toEqual([true, true]);
});
