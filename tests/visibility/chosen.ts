import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { ApiError } from "@lib/error/fail.ts";
import type { ChannelDocument } from "@lib/model/stored/channel.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import type { Stage } from "@tests/visibility/stage.ts";

/** Who acts, and numbers that choose among what there is at that moment. */
export type Choice = { by: number; a: number; b: number; c: number };

/**
 * What a step does something with. `me` is anybody; `ofServer` is the owner of the chosen server, who may do everything
 * there.
 */
export type Chosen = Stage & { deps: Deps; me: Actor; step: Choice; server: ServerDocument; ofServer: Actor };

/** Steps by name. */
export type Steps = Record<string, (chosen: Chosen) => Promise<unknown>>;

/** The reason of everything for the audit log. */
export const reason = null;

/** Ends a step for which there is nothing to choose. */
export const refuse = (): never => {
  throw new ApiError("NotFound");
};

export const pick = <T>(items: readonly T[], at: number): T => items[at % items.length] ?? refuse();

export async function anybody({ people, actor }: Stage, at: number): Promise<Actor> {
  return (await actor(personAt({ people }, at))) ?? refuse();
}

export const personAt = ({ people }: Pick<Stage, "people">, at: number): string => pick(people, at).id;

export const roleAt = ({ server }: Chosen, at: number): string => pick(Object.keys(server.roles), at);

/** A channel of the chosen server. */
export async function channelAt({ channels, server }: Chosen, at: number): Promise<string> {
  const ofServer = (await channels()).filter((channel) => "server" in channel && channel.server === server._id);
  return pick(ofServer, at)._id;
}

/** A conversation of one kind. */
export async function conversationAt(
  { channels }: Chosen,
  type: ChannelDocument["channel_type"],
  at: number,
): Promise<string> {
  const ofType = (await channels()).filter(({ channel_type }) => channel_type === type);
  return pick(ofType, at)._id;
}

/** The newest messages of a channel. */
export async function newestIn({ deps }: Chosen, channel: string, limit: number) {
  return deps.store.messages.list({ channel, limit, sort: "Latest" });
}
