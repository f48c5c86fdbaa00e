import { describe, expect, test } from "bun:test";
import { COLOUR_PATTERN, isColour } from "@lib/model/colour.ts";
import { ColourText } from "@lib/model/text.ts";
import fc from "fast-check";

const PIECES = [
  ...[" ", "  ", ",", ", ", ")", "(", "-", "0", "5%", "100%", "90deg", "a", "in", "red", "oklch", "shorter", "hue"],
  ...["#fff", "rgb(1,2, 3)", "rgba(0)", "var(--a-1)", "repeating-conic-gradient("],
];

/** Mostly gradients, or nearly so; short enough for the documented pattern. */
const anyColour = fc
  .tuple(
    fc.constantFrom("linear-gradient(", "linear-gradient(red,", ""),
    fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 9 }),
    fc.constantFrom(")", ""),
  )
  .map(([start, pieces, end]) => start + pieces.join("") + end);

describe("colours", () => {
  test.each([
    ["red", true],
    ["#FF00aa", true],
    ["rgba(1, 2, 3)", true],
    ["var(--accent)", true],
    ["linear-gradient(90deg, red 0%, #fff 100%)", true],
    ["linear-gradient(to right in oklch longer hue, red, blue)", true],
    ["url(https://example.com)", false],
    ["red;", false],
    ["red\n", false],
    ["linear-gradient(red)", false],
    ["", false],
    ["a".repeat(129), false],
  ])("%p as a colour: %p", (colour, accepted) => {
    expect(ColourText.safeParse(colour).success).toBe(accepted);
  });

  test("those of the documented pattern, and no others", () => {
    const property = fc.property(anyColour, (colour) => expect(isColour(colour)).toBe(COLOUR_PATTERN.test(colour)));
    fc.assert(property, { numRuns: 20_000 });
  });

  test("a hostile one costs no more than others: by the documented pattern each of these takes seconds", () => {
    const ends = ["!", ")", ",)"];
    const stops = [",   ", ",    0", ", a", ",a  0"];
    for (const stop of stops)
      for (const end of ends) isColour(`linear-gradient(a${stop.repeat(100)}`.slice(0, 126) + end);
  });
});
