import * as contract from "@lib/contract/policy.ts";
import { acknowledgePolicyChanges } from "@lib/domain/onboarding/acknowledge-policy-changes.ts";
import { implement } from "@lib/rpc/implement.ts";

/** Changes of policy. */
export const policy = [
  implement(contract.acknowledgePolicyChanges, ({ deps, actor }) => acknowledgePolicyChanges(deps, actor)),
];
