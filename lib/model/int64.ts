import { asShapeIssue } from "@lib/model/is-shape-issue.ts";
import { z } from "zod";

/** A signed 64-bit integer: a `number` whenever that is exact, else a `bigint`. On the wire always a plain integer. */
export type Int64 = number | bigint;

const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;

/** Schema of a signed 64-bit integer as stored and sent. */
export const Int64 = z.union([z.int(), z.bigint().gte(MIN).lte(MAX)]).meta({ type: "integer", format: "int64" });

/** Schema of an unsigned 64-bit integer as sent. One out of range has the wrong shape. */
export const Uint64 = z
  .union([
    z.int().refine((value) => value >= 0, asShapeIssue),
    z.bigint().refine((value) => value >= 0n && value < 2n ** 64n, asShapeIssue),
  ])
  .meta({ type: "integer", format: "uint64", minimum: 0 });
