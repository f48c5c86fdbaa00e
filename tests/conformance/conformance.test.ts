import { describe, expect, test } from "bun:test";
import { findIds, findProblems, readChecks, readClaims, readOpen, stillOpen } from "@tests/conformance/checks.ts";

const check = (id: string) => ({ id, area: "events", sentence: "It holds" });
const open = (id: string) => ({ id, needs: "voice" });
const claim = (id: string) => ({ id, file: "a.test.ts" });

test("every check is claimed by a test or open, and every id is known", async () => {
  const checks = await readChecks();
  const claims = await readClaims([...new Set(checks.map(({ area }) => area))]);
  expect(findProblems(checks, claims, await readOpen())).toEqual([]);
});

describe("ids are found", () => {
  test.each([
    ["in titles", `test("events-12: it holds", () => {})`, ["events-12"]],
    ["in templates and tables", "test.each([[`events-1 ${x}`], ['data-33b']])", ["events-1", "data-33b"]],
    ["several in one title", `test("events-1, events-2 and P4: it holds")`, ["events-1", "events-2", "P4"]],
    ["once", `["events-1", "events-1"]`, ["events-1"]],
    ["not in comments", `// "events-1"\n/* "events-2" */ don("t")`, []],
    ["not within longer words", `"my-events-1", "events-1-a", "/events-1"`, []],
    ["promises only in titles", `"P4"; "P4 and more"; "P5: it holds"`, ["P5"]],
  ])("%s", (_, source, expected) => {
    expect(findIds(source, ["events", "data"])).toEqual(expected);
  });
});

describe("a problem is", () => {
  test.each([
    ["a check neither claimed nor open", [check("events-1")], [], [], "events-1 is neither claimed nor open"],
    [
      "a check listed twice",
      [check("events-1"), check("events-1")],
      [claim("events-1")],
      [],
      "events-1 is listed twice",
    ],
    [
      "an open check that is claimed",
      [check("events-1")],
      [claim("events-1")],
      [open("events-1")],
      "which a test claims",
    ],
    ["an open id that no list has", [], [], [open("events-1")], "which no list has: remove"],
    ["a claimed id that no list has", [], [claim("events-1")], [], "a.test.ts names events-1"],
  ])("%s", (_, checks, claims, opened, expected) => {
    const problems = findProblems(checks, claims, opened);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(expected);
  });
});

test("what is open only shrinks", () => {
  const checks = ["events-1", "events-2", "events-3"].map(check);
  expect(stillOpen(checks, [claim("events-2")], [open("events-2"), open("events-3")])).toEqual([open("events-3")]);
});
