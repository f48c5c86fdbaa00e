import { COLOUR_PATTERN, isColour } from "@lib/model/colour.ts";
import { z } from "zod";

/** Number of Unicode scalar values, the unit of every length limit. */
export function textLength(text: string): number {
  let length = text.length;
  for (let index = 0; index + 1 < text.length; index++) {
    if (isHighSurrogate(text.charCodeAt(index)) && isLowSurrogate(text.charCodeAt(index + 1))) {
      length--;
      index++;
    }
  }
  return length;
}

const isHighSurrogate = (unit: number) => unit >= 0xd800 && unit < 0xdc00;
const isLowSurrogate = (unit: number) => unit >= 0xdc00 && unit < 0xe000;

/** Whether a text has between `min` and `max` Unicode scalar values. */
function hasLength(text: string, min: number, max: number): boolean {
  // A scalar value takes at most two UTF-16 units, so longer text need not be counted.
  if (text.length > max * 2) return false;
  const length = textLength(text);
  return length >= min && length <= max;
}

/**
 * Text of bounded length, optionally of a documented form. Lengths count Unicode scalar values (conformance servers-3).
 * `isOfForm` is for a pattern that costs too much to be run.
 */
export function text(
  min: number,
  max: number,
  pattern?: RegExp,
  isOfForm = (value: string): boolean => pattern === undefined || pattern.test(value),
) {
  return z
    .string()
    .refine((value) => hasLength(value, min, max) && isOfForm(value), {
      error:
        pattern === undefined
          ? `must have ${min} to ${max} characters`
          : `must have ${min} to ${max} characters of the documented form`,
    })
    .meta({
      minLength: min,
      maxLength: max,
      ...(pattern === undefined ? {} : { pattern: documentedPattern(pattern) }),
    });
}

/** Case-insensitive patterns are documented with an inline flag, as client generators know them. */
const documentedPattern = (pattern: RegExp) => (pattern.flags.includes("i") ? "(?i)" : "") + pattern.source;

/** A CSS colour or gradient. */
export const ColourText = text(1, 128, COLOUR_PATTERN, isColour);
