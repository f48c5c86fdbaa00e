import { optional } from "@lib/contract/parameters.ts";
import { route } from "@lib/contract/route.ts";
import { AccountInfo, ResponseVerify } from "@lib/model/account.ts";
import { z } from "zod";

const captcha = () => optional(z.string().describe("Captcha verification code"));
const knownEmail = () => z.string().describe("Email associated with the account");
const validEmail = () => z.string().describe("Valid email address");
const currentPassword = () => z.string().describe("Current password");

export const DataCreateAccount = z
  .object({
    email: validEmail(),
    password: z.string().describe("Password"),
    invite: optional(z.string().describe("Invite code")),
    captcha: captcha(),
  })
  .meta({ id: "DataCreateAccount", title: "Account Data" });

export const DataResendVerification = z
  .object({ email: knownEmail(), captcha: captcha() })
  .meta({ id: "DataResendVerification", title: "Resend Information" });

export const DataAccountDeletion = z
  .object({ token: z.string().describe("Deletion token") })
  .meta({ id: "DataAccountDeletion", title: "Account Deletion Token" });

export const DataChangePassword = z
  .object({ password: z.string().describe("New password"), current_password: currentPassword() })
  .meta({ id: "DataChangePassword", title: "Change Data" });

export const DataChangeEmail = z
  .object({ email: validEmail(), current_password: currentPassword() })
  .meta({ id: "DataChangeEmail", title: "Change Email Data" });

export const DataSendPasswordReset = z
  .object({ email: knownEmail(), captcha: captcha() })
  .meta({ id: "DataSendPasswordReset", title: "Reset Information" });

export const DataPasswordReset = z
  .object({
    token: z.string().describe("Reset token"),
    password: z.string().describe("New password"),
    remove_sessions: z.boolean().default(false).describe("Whether to logout all sessions"),
  })
  .meta({ id: "DataPasswordReset", title: "Password Reset" });

export const createAccount = route({
  id: "create_account_create_account",
  method: "post",
  path: "/auth/account/create",
  tag: "Account",
  summary: "Create Account",
  description: "Create a new account.",
  guards: ["network-limit"],
  body: DataCreateAccount,
  success: { status: 204 },
  errors: [
    "CaptchaFailed",
    "BlockedByShield",
    "IncorrectData",
    "Blacklisted",
    "ShortPassword",
    "CompromisedPassword",
    "MissingInvite",
    "InvalidInvite",
    "EmailFailed",
  ],
});

export const resendVerification = route({
  id: "resend_verification_resend_verification",
  method: "post",
  path: "/auth/account/reverify",
  tag: "Account",
  summary: "Resend Verification",
  description: "Resend account creation verification email.",
  guards: ["network-limit"],
  body: DataResendVerification,
  success: { status: 204 },
  errors: ["CaptchaFailed", "IncorrectData", "Blacklisted"],
});

export const fetchAccount = route({
  id: "fetch_account_fetch_account",
  method: "get",
  path: "/auth/account/",
  tag: "Account",
  summary: "Fetch Account",
  description: "Fetch account information from the current session.",
  guards: ["account"],
  success: { status: 200, schema: AccountInfo },
  errors: [],
});

export const deleteAccount = route({
  id: "delete_account_delete_account",
  method: "post",
  path: "/auth/account/delete",
  tag: "Account",
  summary: "Delete Account",
  description: "Request to have an account deleted.",
  guards: ["account", "validated-ticket"],
  success: { status: 204 },
  errors: ["EmailFailed"],
});

export const confirmDeletion = route({
  id: "confirm_deletion_confirm_deletion",
  method: "put",
  path: "/auth/account/delete",
  tag: "Account",
  summary: "Confirm Account Deletion",
  description: "Schedule an account for deletion by confirming the received token.",
  guards: ["network-limit"],
  body: DataAccountDeletion,
  success: { status: 204 },
  errors: ["InvalidToken"],
});

export const disableAccount = route({
  id: "disable_account_disable_account",
  method: "post",
  path: "/auth/account/disable",
  tag: "Account",
  summary: "Disable Account",
  description: "Disable an account.",
  guards: ["account", "validated-ticket"],
  success: { status: 204 },
  errors: [],
});

export const changePassword = route({
  id: "change_password_change_password",
  method: "patch",
  path: "/auth/account/change/password",
  tag: "Account",
  summary: "Change Password",
  description: "Change the current account password.",
  guards: ["validated-ticket?", "account"],
  body: DataChangePassword,
  success: { status: 204 },
  errors: ["InvalidCredentials", "ShortPassword", "CompromisedPassword", "LockedOut"],
});

export const changeEmail = route({
  id: "change_email_change_email",
  method: "patch",
  path: "/auth/account/change/email",
  tag: "Account",
  summary: "Change Email",
  description: "Change the associated account email.",
  guards: ["validated-ticket?", "account"],
  body: DataChangeEmail,
  success: { status: 204 },
  errors: ["IncorrectData", "Blacklisted", "InvalidCredentials", "UnverifiedAccount", "EmailFailed", "LockedOut"],
});

export const verifyEmail = route({
  id: "verify_email_verify_email",
  method: "post",
  path: "/auth/account/verify/{code}",
  tag: "Account",
  summary: "Verify Email",
  description: "Verify an email address.",
  guards: ["network-limit"],
  params: z.object({ code: z.string() }),
  success: { status: 200, schema: ResponseVerify },
  errors: ["InvalidToken", "IncorrectData"],
});

export const sendPasswordReset = route({
  id: "send_password_reset_send_password_reset",
  method: "post",
  path: "/auth/account/reset_password",
  tag: "Account",
  summary: "Send Password Reset",
  description: "Send an email to reset account password.",
  guards: ["network-limit"],
  body: DataSendPasswordReset,
  success: { status: 204 },
  errors: ["CaptchaFailed", "IncorrectData", "Blacklisted"],
});

export const resetPassword = route({
  id: "password_reset_password_reset",
  method: "patch",
  path: "/auth/account/reset_password",
  tag: "Account",
  summary: "Password Reset",
  description: "Confirm password reset and change the password.",
  guards: ["network-limit"],
  body: DataPasswordReset,
  success: { status: 204 },
  errors: ["InvalidToken", "ShortPassword", "CompromisedPassword"],
});
