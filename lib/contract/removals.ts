import { atMost } from "@lib/contract/at-most.ts";
import { z } from "zod";

/** More than any object has fields, with room for repetitions. */
const REMOVALS_MAX = 64;

/** The fields that an edit removes, in a bounded list, because everybody concerned is told it as it is. */
export function removals<T extends z.ZodType>(field: T, description: string) {
  return z
    .array(field)
    .refine(...atMost(REMOVALS_MAX, "fields"))
    .describe(description)
    .default([]);
}
