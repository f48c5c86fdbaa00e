import type { Implementation } from "@lib/rpc/implement.ts";
import { sessions } from "@services/delta/routes/sessions.ts";
import { root } from "@services/delta/routes/root.ts";
import { policy } from "@services/delta/routes/policy.ts";
import { onboarding } from "@services/delta/routes/onboarding.ts";
import { mfa } from "@services/delta/routes/mfa.ts";
import { accounts } from "@services/delta/routes/accounts.ts";
import { messages } from "@services/delta/routes/messages.ts";
import { reactions } from "@services/delta/routes/reactions.ts";
import { members } from "@services/delta/routes/members.ts";
import { bans } from "@services/delta/routes/bans.ts";
import { servers } from "@services/delta/routes/servers.ts";
import { roles } from "@services/delta/routes/roles.ts";
import { serverPermissions } from "@services/delta/routes/server-permissions.ts";
import { channels } from "@services/delta/routes/channels.ts";
import { groups } from "@services/delta/routes/groups.ts";
import { channelPermissions } from "@services/delta/routes/channel-permissions.ts";
import { channelInvites } from "@services/delta/routes/channel-invites.ts";
import { acks } from "@services/delta/routes/acks.ts";
import { users } from "@services/delta/routes/users.ts";
import { relationships } from "@services/delta/routes/relationships.ts";
import { directMessages } from "@services/delta/routes/direct-messages.ts";
import { invites } from "@services/delta/routes/invites.ts";
import { sync } from "@services/delta/routes/sync.ts";
import { bots } from "@services/delta/routes/bots.ts";

/** Every route of the API. */
export const routes: readonly Implementation[] = [
  ...sessions,
  ...root,
  ...policy,
  ...onboarding,
  ...mfa,
  ...accounts,
  ...servers,
  ...acks,
  ...channelInvites,
  ...channelPermissions,
  ...groups,
  ...channels,
  ...serverPermissions,
  ...roles,
  ...messages,
  ...reactions,
  ...members,
  ...bans,
  ...users,
  ...relationships,
  ...directMessages,
  ...invites,
  ...sync,
  ...bots,
];
