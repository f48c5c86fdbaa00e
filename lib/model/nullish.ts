import type { z } from "zod";

/** An optional or null value, for 64-bit integers and alternatives: of these the document shows null only when told. */
export function nullish<T extends z.ZodType>(schema: T) {
  const { id } = schema.meta() ?? {};
  return schema.nullish().meta(id === undefined ? { nullable: true } : { id, nullable: true });
}
