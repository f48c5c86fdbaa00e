import * as contract from "@lib/contract/mfa.ts";
import { createTicket } from "@lib/domain/mfa/create-ticket.ts";
import { generateRecoveryCodes } from "@lib/domain/mfa/generate-recovery-codes.ts";
import { mfaMethods } from "@lib/domain/mfa/mfa-methods.ts";
import { enableTotp, generateTotpSecret } from "@lib/domain/mfa/set-up-totp.ts";
import { viewMultiFactorStatus } from "@lib/model/view/account.ts";
import { implement } from "@lib/rpc/implement.ts";

/** Second factors and the tickets that they give. */
export const mfa = [
  implement(contract.fetchStatus, async ({ account }) => viewMultiFactorStatus(account)),
  implement(contract.fetchMethods, async ({ account }) => mfaMethods(account)),
  implement(contract.createTicket, ({ deps, account, unvalidatedTicket, body }) =>
    createTicket(deps, { account, unvalidatedTicket }, body),
  ),
  implement(contract.fetchRecoveryCodes, async ({ account }) => account.mfa.recovery_codes),
  implement(contract.generateRecoveryCodes, ({ deps, account }) => generateRecoveryCodes(deps, account._id)),
  implement(contract.generateTotpSecret, ({ deps, account }) => generateTotpSecret(deps, account._id)),
  implement(contract.enableTotp, ({ deps, account, body }) => enableTotp(deps, account, body)),
  implement(contract.disableTotp, ({ deps, account }) => deps.store.accounts.clearTotp(account._id)),
];
