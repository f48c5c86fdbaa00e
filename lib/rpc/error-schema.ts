import { catalogue } from "@lib/error/catalogue.ts";
import { z } from "zod";

/** The schema of every typed error: one alternative per identifier, each with `location` (conformance http-58). */
export const errorSchema = z
  .union(
    Object.entries(catalogue).map(([type, { extra }]) =>
      z.object({ type: z.literal(type), ...extra.shape, location: z.string() }),
    ),
  )
  .meta({ id: "Error", title: "Error", description: "Error information" });
