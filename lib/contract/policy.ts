import { route } from "@lib/contract/route.ts";

export const acknowledgePolicyChanges = route({
  id: "acknowledge_policy_changes_acknowledge_policy_changes",
  method: "post",
  path: "/policy/acknowledge",
  tag: "Policy",
  summary: "Acknowledge Policy Changes",
  description: "Accept/acknowledge changes to platform policy.",
  guards: ["user"],
  success: { status: 204 },
  errors: [],
});
