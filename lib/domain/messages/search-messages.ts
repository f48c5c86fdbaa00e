import type { DataMessageSearch } from "@lib/contract/messages.ts";
import { type Actor, requirePerson } from "@lib/domain/actor.ts";
import { accessChannel } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { type PageDeps, viewMessagePage } from "@lib/domain/messages/view-message-page.ts";
import { inUserTurn } from "@lib/domain/user-turn.ts";
import { fail } from "@lib/error/fail.ts";
import type { BulkMessageResponse } from "@lib/model/message.ts";

/** Searches that one user may have asked for at once: a person tries other words before the first are found. */
const PLACES_MAX = 3;

type SearchDeps = PageDeps & Pick<Deps, "ids">;

type Search = { target: string; body: DataMessageSearch };

/** Messages of a channel that match a text, or its pinned ones; for people only (conformance messages-64). */
export async function searchMessages(deps: SearchDeps, actor: Actor, search: Search): Promise<BulkMessageResponse> {
  const { query, pinned } = search.body;
  requirePerson(actor);
  if (query !== undefined && pinned !== undefined) fail("InvalidOperation");
  const find = () => findMessages(deps, actor, search);
  if (query === undefined) return find();
  return inUserTurn(deps, { kind: "search", userId: actor.id, placesMax: PLACES_MAX }, find);
}

/** Looks who may see the channel only now, as a search may have waited. */
async function findMessages(deps: PageDeps, actor: Actor, { target, body }: Search): Promise<BulkMessageResponse> {
  const { include_users = false, ...query } = body;
  const { channel } = await accessChannel(deps, actor, target, "ReadMessageHistory");
  const messages = await deps.store.messages.list({ channel: channel._id, ...query });
  return viewMessagePage(deps, actor, { channel, messages, includeUsers: include_users });
}
