import { beginPasswordReset } from "@lib/domain/accounts/begin-password-reset.ts";
import { requireCaptcha } from "@lib/domain/accounts/captcha.ts";
import { requireEmail } from "@lib/domain/accounts/email-address.ts";
import type { Deps } from "@lib/domain/deps.ts";

/**
 * Mails a link to set a new password to who has a verified account. It happens after the answer, which thereby says
 * nothing about the account (conformance accounts-26, accounts-27).
 */
export async function sendPasswordReset(
  deps: Pick<Deps, "store" | "mail" | "settings" | "clock" | "ids" | "background">,
  { email, captcha }: { email: string; captcha?: string | undefined },
): Promise<void> {
  await requireCaptcha(deps.settings, captcha);
  const normalised = requireEmail(email);
  deps.background.run("send password reset", async () => {
    const account = await deps.store.accounts.getByNormalisedEmail(normalised);
    if (account && account.verification.status !== "Pending") await beginPasswordReset(deps, account, "reset");
  });
}
