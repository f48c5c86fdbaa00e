import type { DataMessageSearch } from "@lib/contract/messages.ts";
import { type Actor, requirePerson } from "@lib/domain/actor.ts";
import { accessChannel } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { inSearchTurn } from "@lib/domain/messages/search-turn.ts";
import { type PageDeps, viewMessagePage } from "@lib/domain/messages/view-message-page.ts";
import { fail } from "@lib/error/fail.ts";
import type { BulkMessageResponse } from "@lib/model/message.ts";

type SearchDeps = PageDeps & Pick<Deps, "ids">;

type Search = { target: string; body: DataMessageSearch };

/** Messages of a channel that match a text, or its pinned ones; for people only (conformance messages-64). */
export async function searchMessages(deps: SearchDeps, actor: Actor, search: Search): Promise<BulkMessageResponse> {
  const { query, pinned } = search.body;
  requirePerson(actor);
  if (query !== undefined && pinned !== undefined) fail("InvalidOperation");
  const find = () => findMessages(deps, actor, search);
  return query === undefined ? find() : inSearchTurn(deps, actor.id, find);
}

/** Looks who may see the channel only now, as a search may have waited. */
async function findMessages(deps: PageDeps, actor: Actor, { target, body }: Search): Promise<BulkMessageResponse> {
  const { include_users = false, ...query } = body;
  const { channel } = await accessChannel(deps, actor, target, "ReadMessageHistory");
  const messages = await deps.store.messages.list({ channel: channel._id, ...query });
  return viewMessagePage(deps, actor, { channel, messages, includeUsers: include_users });
}
