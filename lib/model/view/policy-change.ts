import type { PolicyChange } from "@lib/model/policy.ts";
import type { PolicyChangeDocument } from "@lib/model/stored/policy-change.ts";
import { isoTimestamp } from "@lib/model/stored/timestamp.ts";

/** A policy change as users are told of it. */
export function viewPolicyChange({
  created_time,
  effective_time,
  description,
  url,
}: PolicyChangeDocument): PolicyChange {
  return {
    created_time: isoTimestamp(created_time),
    effective_time: isoTimestamp(effective_time),
    description,
    url,
  };
}
