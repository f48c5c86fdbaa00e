import { z } from "zod";

/** Short-lived proof of having entered a password, recovery code or TOTP code. */
export const MFATicket = z
  .object({
    _id: z.string().describe("Unique Id"),
    account_id: z.string().describe("Account Id"),
    token: z.string().describe("Unique Token"),
    validated: z.boolean().describe("Whether this ticket has been validated (can be used for account actions)"),
    authorised: z.boolean().describe("Whether this ticket is authorised (can be used to log a user in)"),
    last_totp_code: z.string().describe("TOTP code at time of ticket creation").nullish(),
  })
  .meta({ id: "MFATicket" });
export type MFATicket = z.output<typeof MFATicket>;

/** Ways to confirm one's identity. */
export const MFAMethod = z.enum(["Password", "Recovery", "Totp"]).meta({ id: "MFAMethod" });
export type MFAMethod = z.output<typeof MFAMethod>;

/** MFA response. */
export const MFAResponse = z
  .union([
    z.object({
      password: z.string(),
    }),
    z.object({
      recovery_code: z.string(),
    }),
    z.object({
      totp_code: z.string(),
    }),
  ])
  .meta({ id: "MFAResponse", description: "MFA response" });
export type MFAResponse = z.output<typeof MFAResponse>;

/** Which factors an account has set up. */
export const MultiFactorStatus = z
  .object({
    email_otp: z.boolean().optional(),
    trusted_handover: z.boolean().optional(),
    email_mfa: z.boolean().optional(),
    totp_mfa: z.boolean().optional(),
    security_key_mfa: z.boolean().optional(),
    recovery_active: z.boolean().optional(),
  })
  .meta({ id: "MultiFactorStatus" });
export type MultiFactorStatus = z.output<typeof MultiFactorStatus>;

/** Totp Secret. */
export const ResponseTotpSecret = z
  .object({
    secret: z.string(),
  })
  .meta({ id: "ResponseTotpSecret", title: "Totp Secret" });
export type ResponseTotpSecret = z.output<typeof ResponseTotpSecret>;
