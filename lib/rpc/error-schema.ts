import { catalogue } from "@lib/error/catalogue.ts";
import { oneOf } from "@lib/model/described-enum.ts";
import { z } from "zod";

/** The schema of every typed error: one alternative per identifier (conformance http-58). */
export const errorSchema = oneOf(
  "Error",
  "Error information",
  Object.entries(catalogue).map(([type, { extra }]) => z.object({ type: z.literal(type), ...extra.shape })),
);

/** What every typed error has beside the fields of its alternative, as the document shows it. */
export const errorEnvelope = {
  title: "Error",
  type: "object",
  required: ["location"],
  properties: { location: { description: "Where this error occurred", type: "string" } },
} as const;
