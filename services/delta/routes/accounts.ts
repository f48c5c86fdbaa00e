import * as contract from "@lib/contract/accounts.ts";
import { changeEmail } from "@lib/domain/accounts/change-email.ts";
import { changePassword } from "@lib/domain/accounts/change-password.ts";
import { createAccount } from "@lib/domain/accounts/create-account.ts";
import { confirmDeletion, deleteAccount } from "@lib/domain/accounts/delete-account.ts";
import { disableAccount } from "@lib/domain/accounts/disable-account.ts";
import { resendVerification } from "@lib/domain/accounts/resend-verification.ts";
import { resetPassword } from "@lib/domain/accounts/reset-password.ts";
import { sendPasswordReset } from "@lib/domain/accounts/send-password-reset.ts";
import { verifyEmail } from "@lib/domain/accounts/verify-email.ts";
import { viewAccount } from "@lib/model/view/account.ts";
import { implement } from "@lib/rpc/implement.ts";

/** Accounts: what people log in to. */
export const accounts = [
  implement(contract.createAccount, ({ deps, body, request }) => createAccount(deps, body, request)),
  implement(contract.resendVerification, ({ deps, body }) => resendVerification(deps, body)),
  implement(contract.fetchAccount, async ({ account }) => viewAccount(account)),
  implement(contract.deleteAccount, ({ deps, account }) => deleteAccount(deps, account)),
  implement(contract.confirmDeletion, ({ deps, body }) => confirmDeletion(deps, body)),
  implement(contract.disableAccount, ({ deps, account }) => disableAccount(deps, account._id)),
  implement(contract.changePassword, ({ deps, account, ticket, body }) =>
    changePassword(deps, { account, ticket }, body),
  ),
  implement(contract.changeEmail, ({ deps, account, ticket, body }) => changeEmail(deps, { account, ticket }, body)),
  implement(contract.verifyEmail, ({ deps, params }) => verifyEmail(deps, params)),
  implement(contract.sendPasswordReset, ({ deps, body }) => sendPasswordReset(deps, body)),
  implement(contract.resetPassword, ({ deps, body }) => resetPassword(deps, body)),
];
