import { z } from "zod";
import { Timestamp } from "@lib/model/stored/timestamp.ts";

/** A document of `policy_changes`, inserted by operators. */
export const PolicyChangeDocument = z.object({
  _id: z.string(),
  created_time: Timestamp,
  effective_time: Timestamp,
  description: z.string(),
  url: z.string(),
});
export type PolicyChangeDocument = z.output<typeof PolicyChangeDocument>;
