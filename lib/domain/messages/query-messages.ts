import type { OptionsQueryMessages } from "@lib/contract/messages.ts";
import type { Actor } from "@lib/domain/actor.ts";
import { accessChannel } from "@lib/domain/channels/access-channel.ts";
import { type PageDeps, viewMessagePage } from "@lib/domain/messages/view-message-page.ts";
import { fail } from "@lib/error/fail.ts";
import type { BulkMessageResponse } from "@lib/model/message.ts";

/** A page of a channel's history (conformance messages-59 to messages-62). */
export async function queryMessages(
  deps: PageDeps,
  actor: Actor,
  { target, include_users = false, ...query }: { target: string } & OptionsQueryMessages,
): Promise<BulkMessageResponse> {
  if (query.sort === "Relevance") fail("InvalidOperation");
  const { channel } = await accessChannel(deps, actor, target, "ReadMessageHistory");
  const messages = await deps.store.messages.list({ channel: channel._id, ...query });
  return viewMessagePage(deps, actor, { channel, messages, includeUsers: include_users });
}
