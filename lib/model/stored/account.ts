import { z } from "zod";
import { Timestamp } from "@lib/model/stored/timestamp.ts";

/** Whether and how the account's e-mail address is confirmed. */
export const EmailVerification = z.discriminatedUnion("status", [
  z.object({ status: z.literal("Verified") }),
  z.object({ status: z.literal("Pending"), token: z.string(), expiry: Timestamp }),
  z.object({ status: z.literal("Moving"), new_email: z.string(), token: z.string(), expiry: Timestamp }),
]);
export type EmailVerification = z.output<typeof EmailVerification>;

/** Where an account is on its way to deletion. */
export const AccountDeletion = z.discriminatedUnion("status", [
  z.object({ status: z.literal("WaitingForVerification"), token: z.string(), expiry: Timestamp }),
  z.object({ status: z.literal("Scheduled"), after: Timestamp }),
  z.object({ status: z.literal("Deleted") }),
]);
export type AccountDeletion = z.output<typeof AccountDeletion>;

/** A one-time-code generator; unset means disabled. */
const Totp = z.discriminatedUnion("status", [
  z.object({ status: z.literal("Disabled") }),
  z.object({ status: z.literal("Pending"), secret: z.string() }),
  z.object({ status: z.literal("Enabled"), secret: z.string() }),
]);

/** Second factors. A stored `Disabled` generator reads as none (conformance data-22). */
export const StoredMfa = z
  .object({ totp_token: z.exactOptional(Totp), recovery_codes: z.array(z.string()).default([]) })
  .transform(({ totp_token, recovery_codes }) => ({
    recovery_codes,
    ...(totp_token && totp_token.status !== "Disabled" ? { totp_token } : {}),
  }));
export type StoredMfa = {
  totp_token?: { status: "Pending" | "Enabled"; secret: string };
  recovery_codes: string[];
};

/** A document of `accounts`: credentials of a person, under the id of their user. */
export const AccountDocument = z.object({
  _id: z.string(),
  email: z.string(),
  email_normalised: z.string(),
  password: z.string(),
  disabled: z.boolean().default(false),
  verification: EmailVerification,
  password_reset: z.exactOptional(z.object({ token: z.string(), expiry: Timestamp })),
  deletion: z.exactOptional(AccountDeletion),
  lockout: z.exactOptional(z.object({ attempts: z.number(), expiry: z.exactOptional(Timestamp) })),
  mfa: StoredMfa,
});
export type AccountDocument = Omit<z.output<typeof AccountDocument>, "mfa"> & { mfa: StoredMfa };
