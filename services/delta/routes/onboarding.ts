import * as contract from "@lib/contract/onboarding.ts";
import { completeOnboarding, requireNoUser } from "@lib/domain/onboarding/complete-onboarding.ts";
import { implement } from "@lib/rpc/implement.ts";

/** From an account to a user. */
export const onboarding = [
  implement(contract.checkOnboarding, async ({ actor }) => ({ onboarding: actor === null })),
  implement(contract.completeOnboarding, ({ deps, session, body }) => completeOnboarding(deps, session.user_id, body), {
    admit: ({ actor }) => requireNoUser(actor),
  }),
];
