import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { approximateMemberCount } from "@lib/domain/servers/approximate-member-count.ts";
import { inUserTurn } from "@lib/domain/user-turn.ts";
import type { MemberDocument } from "@lib/model/stored/member.ts";
import type { UserDocument } from "@lib/model/stored/user.ts";
import type { MemberChunk } from "@lib/store/members.ts";
import { nextTurn } from "@lib/telemetry/next-turn.ts";

/** A membership and who has it. */
export type Person = { member: MemberDocument; user: UserDocument };

/** To read so many from SQLite and to show them takes some milliseconds, in which nobody else is served. */
const CHUNK = 500;

/** Members from which on a walk takes longer than many a request. */
const LARGE = 2_000;

/** Walks that one user may have asked for at once: a bot may start on as many large servers. */
const PLACES_MAX = 20;

/** Runs what walks the people of a server; if it is large, when no other such walk of the actor's runs. */
export async function inWalkTurn<T>(
  deps: Pick<Deps, "store" | "keys" | "ids">,
  { id: userId }: Pick<Actor, "id">,
  serverId: string,
  walk: () => Promise<T>,
): Promise<T> {
  if ((await approximateMemberCount(deps, serverId)) < LARGE) return walk();
  return inUserTurn(deps, { kind: "walk", userId, placesMax: PLACES_MAX }, walk);
}

/**
 * The members of a server in order of id, without those whose user is gone, a chunk at a time. Between chunks others are
 * served; who joins meanwhile may be left out.
 */
export async function* walkPeople({ store }: Pick<Deps, "store">, serverId: string): AsyncGenerator<Person[]> {
  for (let after: string | null = null; ; await nextTurn()) {
    const { members, next }: MemberChunk = await store.members.listChunk(serverId, after, CHUNK);
    yield await withUsers(store, members);
    if (next === null) return;
    after = next;
  }
}

async function withUsers(store: Deps["store"], members: readonly MemberDocument[]): Promise<Person[]> {
  const users = await store.users.listByIds(members.map(({ _id }) => _id.user));
  const byId = new Map(users.map((user) => [user._id, user]));
  return members.flatMap((member): Person[] => {
    const user = byId.get(member._id.user);
    return user ? [{ member, user }] : [];
  });
}
