/**
 * Integers of what is sent: the format tells clients a width, which is not checked here, because what is stored may hold
 * more. Those of what clients write check it: lib/contract/parameters.ts.
 */
import { z } from "zod";

/** An unsigned 8-bit integer. */
export const Uint8 = z
  .int()
  .min(0)
  .refine((value) => value < 256)
  .meta({ format: "uint8" });

/** A signed 32-bit integer. */
export const Int32 = z.int().meta({ format: "int32" });

/** An unsigned 32-bit integer. */
export const Uint32 = z.int().min(0).meta({ format: "uint32" });

/** A size or count, never negative. */
export const Uint = z.int().min(0).meta({ format: "uint" });

/** A size in bytes. */
export const Int = z.int().meta({ format: "int" });

/** A signed 64-bit integer that is also a safe `number`, such as a limit. */
export const SafeInt64 = z.int().meta({ format: "int64" });

/** An unsigned 64-bit integer that is also a safe `number`, such as a duration. */
export const SafeUint64 = z.int().min(0).meta({ format: "uint64" });

/** A floating point number. */
export const Double = z.number().meta({ format: "double" });
