import * as accounts from "@lib/contract/accounts.ts";
import * as bans from "@lib/contract/bans.ts";
import * as bots from "@lib/contract/bots.ts";
import * as channelInvites from "@lib/contract/channel-invites.ts";
import * as invites from "@lib/contract/invites.ts";
import * as messages from "@lib/contract/messages.ts";
import * as mfa from "@lib/contract/mfa.ts";
import * as onboarding from "@lib/contract/onboarding.ts";
import * as policy from "@lib/contract/policy.ts";
import * as sessions from "@lib/contract/sessions.ts";
import * as sync from "@lib/contract/sync.ts";

const READS = "reads, although it takes a body";
const ACCOUNT = "changes the account alone, of which no client holds anything";
const SESSIONS = "of what clients hold it only ends sessions, in the way that disabling an account does";
const INVITES = "invites are not part of what clients hold";

/** Routes that are no GET and yet change nothing that clients hold, by operation, each with the reason. */
export const unseenRoutes: Record<string, string> = {
  [messages.searchMessages.id]: READS,
  [sync.fetchSettings.id]: READS,
  [mfa.fetchRecoveryCodes.id]: READS,
  [accounts.createAccount.id]: ACCOUNT,
  [accounts.resendVerification.id]: ACCOUNT,
  [accounts.verifyEmail.id]: ACCOUNT,
  [accounts.sendPasswordReset.id]: ACCOUNT,
  [accounts.changePassword.id]: ACCOUNT,
  [accounts.changeEmail.id]: ACCOUNT,
  [accounts.deleteAccount.id]: ACCOUNT,
  [accounts.confirmDeletion.id]: SESSIONS,
  [accounts.resetPassword.id]: SESSIONS,
  [mfa.createTicket.id]: ACCOUNT,
  [mfa.generateRecoveryCodes.id]: ACCOUNT,
  [mfa.generateTotpSecret.id]: ACCOUNT,
  [mfa.enableTotp.id]: ACCOUNT,
  [mfa.disableTotp.id]: ACCOUNT,
  [sessions.login.id]: "a new session; what others see is the connection that it opens",
  [sessions.editSession.id]: "names of sessions are not part of what clients hold",
  [onboarding.completeOnboarding.id]: "nobody knows a new user, who cannot have connected before",
  [bots.createBot.id]: "nobody knows a new bot, not even as a relation of its owner",
  [bans.removeBan.id]: "bans are not part of what clients hold",
  [channelInvites.createInvite.id]: INVITES,
  [invites.deleteInvite.id]: INVITES,
  [policy.acknowledgePolicyChanges.id]: "the protocol has no event for it: the client that was told to agree did so",
};
