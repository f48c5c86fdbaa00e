import { route } from "@lib/contract/route.ts";
import { MFAMethod, MFAResponse, MFATicket, MultiFactorStatus, ResponseTotpSecret } from "@lib/model/mfa.ts";
import { z } from "zod";

export const fetchStatus = route({
  id: "fetch_status_fetch_status",
  method: "get",
  path: "/auth/mfa/",
  tag: "MFA",
  summary: "MFA Status",
  description: "Fetch MFA status of an account.",
  guards: ["account"],
  success: { status: 200, schema: MultiFactorStatus },
  errors: [],
});

export const fetchMethods = route({
  id: "get_mfa_methods_get_mfa_methods",
  method: "get",
  path: "/auth/mfa/methods",
  tag: "MFA",
  summary: "Get MFA Methods",
  description: "Fetch available MFA methods.",
  guards: ["account"],
  success: { status: 200, schema: z.array(MFAMethod) },
  errors: [],
});

export const createTicket = route({
  id: "create_ticket_create_ticket",
  method: "put",
  path: "/auth/mfa/ticket",
  tag: "MFA",
  summary: "Create MFA ticket",
  description: "Create a new MFA ticket or validate an existing one.",
  guards: ["account?", "unvalidated-ticket?"],
  body: MFAResponse,
  success: { status: 200, schema: MFATicket },
  errors: ["InvalidOperation", "InvalidToken", "UnknownUser", "DisallowedMFAMethod", "InvalidCredentials", "LockedOut"],
});

export const fetchRecoveryCodes = route({
  id: "fetch_recovery_fetch_recovery",
  method: "post",
  path: "/auth/mfa/recovery",
  tag: "MFA",
  summary: "Fetch Recovery Codes",
  description: "Fetch recovery codes for an account.",
  guards: ["account", "validated-ticket"],
  success: { status: 200, schema: z.array(z.string()) },
  errors: [],
});

export const generateRecoveryCodes = route({
  id: "generate_recovery_generate_recovery",
  method: "patch",
  path: "/auth/mfa/recovery",
  tag: "MFA",
  summary: "Generate Recovery Codes",
  description: "Re-generate recovery codes for an account.",
  guards: ["account", "validated-ticket"],
  success: { status: 200, schema: z.array(z.string()) },
  errors: [],
});

export const generateTotpSecret = route({
  id: "totp_generate_secret_totp_generate_secret",
  method: "post",
  path: "/auth/mfa/totp",
  tag: "MFA",
  summary: "Generate TOTP Secret",
  description: "Generate a new secret for TOTP.",
  guards: ["account", "validated-ticket"],
  success: { status: 200, schema: ResponseTotpSecret },
  errors: ["TotpAlreadyEnabled"],
});

export const enableTotp = route({
  id: "totp_enable_totp_enable",
  method: "put",
  path: "/auth/mfa/totp",
  tag: "MFA",
  summary: "Enable TOTP 2FA",
  description: "Generate a new secret for TOTP.",
  guards: ["account"],
  body: MFAResponse,
  success: { status: 204 },
  errors: ["InvalidToken", "InvalidOperation", "TotpAlreadyEnabled", "LockedOut"],
});

export const disableTotp = route({
  id: "totp_disable_totp_disable",
  method: "delete",
  path: "/auth/mfa/totp",
  tag: "MFA",
  summary: "Disable TOTP 2FA",
  description: "Disable TOTP 2FA for an account.",
  guards: ["account", "validated-ticket"],
  success: { status: 204 },
  errors: [],
});
