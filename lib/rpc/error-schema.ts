import { catalogue } from "@lib/error/catalogue.ts";
import { oneOf } from "@lib/model/described-enum.ts";
import { z } from "zod";

/** The schema of every typed error: one alternative per identifier (conformance http-58). */
export const errorSchema = oneOf(
  "Error",
  "Error information",
  Object.entries(catalogue).map(([type, { extra }]) => z.object({ type: z.literal(type), ...extra.shape })),
);

/** What a request was refused with before it reached its operation. */
const refusal = {
  type: "object",
  required: ["code", "reason", "description"],
  properties: {
    code: { description: "HTTP status", type: "integer" },
    reason: { description: "What the status is called", type: "string" },
    description: { description: "What is wrong with the request, in words", type: "string" },
  },
} as const;

/** What every typed error has beside the fields of its alternative, as the document shows it. */
export const errorEnvelope = {
  title: "Error",
  type: "object",
  required: ["location"],
  properties: {
    location: { description: "Where this error occurred", type: "string" },
    error: {
      description: "Only of requests that were refused before they were looked into; text when the type says so",
      anyOf: [{ type: "string" }, refusal],
    },
  },
} as const;
