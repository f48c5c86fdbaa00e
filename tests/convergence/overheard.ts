import type { CatalogueEvent } from "@lib/event/catalogue.ts";
import type { Cast, Viewer } from "@tests/convergence/cast.ts";
import type { Observed } from "@tests/convergence/observe.ts";

/** Who has anything to do with whom. */
export type Acquaintances = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * What somebody was told of channels, servers and people that they had no business with, as sentences. People may have
 * had to do with each other `before` or have now.
 */
export async function overheard(
  cast: Cast,
  told: ReadonlyMap<string, readonly Observed[]>,
  before: Acquaintances,
): Promise<string[]> {
  const { viewers, member, outsider } = cast;
  const now = await listAcquaintances(cast);
  const problems: string[] = [];
  for (const [name, observed] of told) {
    const id = viewers[name]?.id ?? "";
    for (const { event, channels, servers } of observed) {
      const { channel, server, user } = subjectsOf(event);
      if (channel !== undefined && !channels.has(channel))
        problems.push(`${name} got ${event.type} of a channel unseen`);
      if (server !== undefined && !servers.has(server)) problems.push(`${name} got ${event.type} of another server`);
      if (user !== undefined && !before.get(id)?.has(user) && !now.get(id)?.has(user))
        problems.push(`${name} got ${event.type} of a stranger`);
      // The member has blocked the outsider.
      if (id === outsider.id && tellsPresence(event, member.id))
        problems.push(`${name} got the presence of who blocked`);
    }
  }
  return problems;
}

/** For everybody of the cast those with whom they share a relation, a server or a conversation. */
export async function listAcquaintances({ api: { deps }, viewers }: Cast): Promise<Acquaintances> {
  const { store } = deps;
  const known = async ({ id }: Viewer): Promise<readonly [string, ReadonlySet<string>]> => {
    const [user, servers, channels] = await Promise.all([
      store.users.get(id),
      store.members.listServerIds(id),
      store.channels.listDirect(id),
    ]);
    const chunks = await Promise.all(servers.map((server) => store.members.listChunk(server, null, 1_000)));
    const related = (user?.relations ?? []).map(({ _id }) => _id);
    const recipients = channels.flatMap((channel) => ("recipients" in channel ? channel.recipients : []));
    return [
      id,
      new Set([id, ...related, ...recipients, ...chunks.flatMap(({ members }) => members).map(({ _id }) => _id.user)]),
    ];
  };
  return new Map(await Promise.all(Object.values(viewers).map(known)));
}

/** What an event is about. */
export type Subjects = { channel?: string; server?: string; user?: string };

/** The channel, server and user that an event is about and that its recipient must know already. */
export function subjectsOf(event: CatalogueEvent): Subjects {
  switch (event.type) {
    case "Message":
    case "MessageUpdate":
    case "MessageAppend":
    case "MessageDelete":
    case "BulkMessageDelete":
      return { channel: event.channel };
    case "MessageReact":
    case "MessageUnreact":
    case "MessageRemoveReaction":
      return { channel: event.channel_id };
    case "ChannelUpdate":
    case "ChannelDelete":
    case "ChannelGroupJoin":
    case "ChannelGroupLeave":
    case "ChannelAck":
      return { channel: event.id };
    case "ChannelCreate":
      return event.channel_type === "TextChannel" ? { server: event.server } : {};
    case "ServerUpdate":
    case "ServerDelete":
    case "ServerMemberJoin":
    case "ServerMemberLeave":
    case "ServerRoleUpdate":
    case "ServerRoleDelete":
    case "ServerRoleRanksUpdate":
      return { server: event.id };
    case "ServerMemberUpdate":
      return { server: event.id.server };
    case "UserUpdate":
      return { user: event.id };
    default:
      return {};
  }
}

function tellsPresence(event: CatalogueEvent, of: string): boolean {
  if (event.type !== "UserUpdate" || event.id !== of) return false;
  return event.data.online !== undefined || event.data.status !== undefined;
}
