import { asShapeIssue } from "@lib/model/is-shape-issue.ts";
import { nullish } from "@lib/model/nullish.ts";
import { z } from "zod";

/** A reference to an object by id. Any text is accepted; what does not exist answers `NotFound`. */
export const Id = z.string().meta({ id: "Id" });

/** An optional body field: absent and `null` alike mean "not given" (conformance http-9). */
export function optional<T extends z.ZodType>(schema: T) {
  const given = nullish(schema).transform((value): z.output<T> | undefined => value ?? undefined);
  return given.optional(); // zod runs nothing of an optional schema for a field that is absent, as most fields are
}

/** An unsigned integer below 2^32; anything else has the wrong shape. */
export const Uint32 = z
  .number()
  .refine((value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32, asShapeIssue)
  .meta({ type: "integer", format: "uint32", minimum: 0 });

/** A signed 32-bit integer; anything else has the wrong shape. */
export const Int32 = z
  .number()
  .refine((value) => Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31, asShapeIssue)
  .meta({ type: "integer", format: "int32" });

/** A signed 64-bit integer in the exact range of `number`. */
export const SafeInteger = z
  .number()
  .refine(Number.isSafeInteger, asShapeIssue)
  .meta({ type: "integer", format: "int64" });
