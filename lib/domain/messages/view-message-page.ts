import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { viewKnownUsers } from "@lib/domain/users/view-users.ts";
import type { BulkMessageResponse } from "@lib/model/message.ts";
import type { ChannelDocument } from "@lib/model/stored/channel.ts";
import { type MessageDocument, type StoredSystemMessage, SYSTEM_AUTHOR } from "@lib/model/stored/message.ts";
import { viewMember } from "@lib/model/view/member.ts";
import { viewMessage } from "@lib/model/view/message.ts";

/** What showing a page of messages needs. */
export type PageDeps = Pick<Deps, "store" | "keys" | "settings" | "clock">;

/** Messages as clients see them, on request with the users and members that they concern (conformance messages-61). */
export async function viewMessagePage(
  deps: PageDeps,
  actor: Actor,
  page: { channel: ChannelDocument; messages: readonly MessageDocument[]; includeUsers: boolean },
): Promise<BulkMessageResponse> {
  const messages = page.messages.map((message) => viewMessage(message));
  if (!page.includeUsers) return messages;
  const ids = [...new Set(page.messages.flatMap(concernedUsers))];
  const { channel } = page;
  const [users, members] = await Promise.all([
    deps.store.users.listByIds(ids),
    channel.channel_type === "TextChannel" ? deps.store.members.listByUsers(channel.server, ids) : null,
  ]);
  return {
    messages,
    users: await viewKnownUsers(deps, actor.user, users),
    ...(members && { members: members.map(viewMember) }),
  };
}

/** The ids of the users whom a message concerns: its author, and those of whom the system tells (conformance messages-62). */
function concernedUsers({ author, webhook, system }: MessageDocument): string[] {
  if (system) return [...(author === SYSTEM_AUTHOR ? [] : [author]), ...usersOfSystem(system)];
  return webhook ? [] : [author];
}

function usersOfSystem(system: StoredSystemMessage): string[] {
  switch (system.type) {
    case "text":
      return [];
    case "user_added":
    case "user_remove":
      return [system.id, system.by];
    case "user_joined":
    case "user_left":
    case "user_kicked":
    case "user_banned":
      return [system.id];
    case "channel_ownership_changed":
      return [system.from, system.to];
    case "channel_renamed":
    case "channel_description_changed":
    case "channel_icon_changed":
    case "message_pinned":
    case "message_unpinned":
    case "call_started":
      return [system.by];
  }
}
