import type { DataMessageSearch } from "@lib/contract/messages.ts";
import { type Actor, requirePerson } from "@lib/domain/actor.ts";
import { accessChannel } from "@lib/domain/channels/access-channel.ts";
import { type PageDeps, viewMessagePage } from "@lib/domain/messages/view-message-page.ts";
import { fail } from "@lib/error/fail.ts";
import type { BulkMessageResponse } from "@lib/model/message.ts";

/** Messages of a channel that match a text, or its pinned ones; for people only (conformance messages-64). */
export async function searchMessages(
  deps: PageDeps,
  actor: Actor,
  { target, body }: { target: string; body: DataMessageSearch },
): Promise<BulkMessageResponse> {
  const { include_users = false, ...query } = body;
  requirePerson(actor);
  if (query.query !== undefined && query.pinned !== undefined) fail("InvalidOperation");
  const { channel } = await accessChannel(deps, actor, target, "ReadMessageHistory");
  const messages = await deps.store.messages.list({ channel: channel._id, ...query });
  return viewMessagePage(deps, actor, { channel, messages, includeUsers: include_users });
}
