import type { z } from "zod";

const CONSTRAINTS = new Set<z.core.$ZodIssue["code"]>([
  "too_small",
  "too_big",
  "invalid_format",
  "not_multiple_of",
  "custom",
]);

/** Makes what a `refine` refuses a wrong shape (422) rather than a broken constraint (`FailedValidation`, 400). */
export const asShapeIssue = { params: { shape: true } };

/** Whether a value has the wrong shape, rather than one beyond a limit. */
export function isShapeIssue(issue: z.core.$ZodIssue): boolean {
  if (issue.code === "custom") return issue.params?.["shape"] === true;
  return !CONSTRAINTS.has(issue.code);
}
