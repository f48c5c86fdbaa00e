import { beginPasswordReset } from "@lib/domain/accounts/begin-password-reset.ts";
import { requireCaptcha } from "@lib/domain/accounts/captcha.ts";
import { requireEmail } from "@lib/domain/accounts/email-address.ts";
import { renewVerification } from "@lib/domain/accounts/verification.ts";
import type { Deps } from "@lib/domain/deps.ts";

/**
 * Sends the verification again, or a password reset to who is verified already. It happens after the answer, which
 * thereby says nothing about the account, neither by its content nor by its time (conformance accounts-25).
 */
export async function resendVerification(
  deps: Pick<Deps, "store" | "mail" | "settings" | "clock" | "ids" | "background">,
  { email, captcha }: { email: string; captcha?: string | undefined },
): Promise<void> {
  await requireCaptcha(deps.settings, captcha);
  const normalised = requireEmail(email);
  deps.background.run("resend verification", async () => {
    const account = await deps.store.accounts.getByNormalisedEmail(normalised);
    if (account?.verification.status === "Pending") await renewVerification(deps, account);
    if (account?.verification.status === "Verified") await beginPasswordReset(deps, account, "reset_existing");
  });
}
