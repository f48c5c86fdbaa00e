import type { Deps } from "@lib/domain/deps.ts";
import type { MessageAuthor } from "@lib/domain/messages/message-author.ts";
import type { Mentions } from "@lib/domain/messages/mentions.ts";
import { fail } from "@lib/error/fail.ts";
import type { ChannelDocument, TextChannelDocument } from "@lib/model/stored/channel.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import { listViewers } from "@lib/permission/bulk-channel-permissions.ts";
import { hasPermission } from "@lib/permission/permissions.ts";

/** Mentions of many at once, which need permissions of their own. */
export type MassMentions = { roles: string[]; everyone: boolean; online: boolean };

/**
 * The mass mentions that stay: none while the instance has them off, and only of roles that the server has. Fails with
 * `MissingPermission` when the author may not make them, in every kind of channel (conformance messages-44 to -48;
 * permissions-36).
 */
export function requireMassMentions(
  { settings }: Pick<Deps, "settings">,
  { author, channel, server }: { author: MessageAuthor; channel: ChannelDocument; server: ServerDocument | null },
  mentions: Mentions,
): MassMentions {
  if (!settings.features.mass_mentions_enabled) return { roles: [], everyone: false, online: false };
  const { everyone, online } = mentions;
  const roles = [...mentions.roles].filter((role) => !server || Object.hasOwn(server.roles, role));
  if (author.type === "user") {
    const { permissions } = author.access;
    const lacks = (permission: "MentionEveryone" | "MentionRoles") => !hasPermission(permissions, permission);
    if ((everyone || online) && lacks("MentionEveryone")) fail("MissingPermission", { permission: "MentionEveryone" });
    if (roles.length > 0 && lacks("MentionRoles")) fail("MissingPermission", { permission: "MentionRoles" });
  }
  return { roles: channel.channel_type === "TextChannel" ? roles : [], everyone, online };
}

/** Those of the users who take part in the channel and can see it; only they are mentioned (conformance messages-42, messages-43). */
export async function listMentionable(
  deps: Pick<Deps, "store" | "clock">,
  { channel, server }: { channel: ChannelDocument; server: ServerDocument | null },
  userIds: ReadonlySet<string>,
): Promise<string[]> {
  if (userIds.size === 0) return [];
  switch (channel.channel_type) {
    case "SavedMessages":
      return [];
    case "DirectMessage":
    case "Group":
      return channel.recipients.filter((recipient) => userIds.has(recipient));
    case "TextChannel":
      return server ? listMemberViewers(deps, channel, server, [...userIds]) : [];
  }
}

async function listMemberViewers(
  { store, clock }: Pick<Deps, "store" | "clock">,
  channel: TextChannelDocument,
  server: ServerDocument,
  userIds: readonly string[],
): Promise<string[]> {
  const found = await store.members.listByUsers(server._id, userIds);
  const members = new Map(found.map((member) => [member._id.user, member]));
  const ids = [...members.keys()];
  const facts = { server, channel, members, nowMs: clock.now() };
  const viewers = listViewers({ ...facts, users: ids.map((_id) => ({ _id })) });
  // Who sees it anyway need not be looked up; that is nearly everybody.
  const hidden = await store.users.listByIds(ids.filter((id) => !viewers.has(id)));
  const privileged = listViewers({ ...facts, users: hidden });
  return ids.filter((id) => viewers.has(id) || privileged.has(id));
}
