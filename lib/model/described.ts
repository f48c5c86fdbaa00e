import type { z } from "zod";

/** A named schema in a place of its own: still a reference to the same component, with a description for that place. */
export function described<T extends z.ZodType>(schema: T, description: string): T {
  return schema.meta({ ...schema.meta(), description });
}
