import { Timestamp } from "@lib/model/timestamp.ts";
import { z } from "zod";

/** A change of the platform's policies that users are asked to acknowledge. */
export const PolicyChange = z
  .object({
    created_time: Timestamp,
    effective_time: Timestamp,
    description: z.string(),
    url: z.string(),
  })
  .meta({ id: "PolicyChange", description: "A change of policy that users are asked to acknowledge" });
export type PolicyChange = z.output<typeof PolicyChange>;
