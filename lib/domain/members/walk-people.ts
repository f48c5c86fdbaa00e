import type { Deps } from "@lib/domain/deps.ts";
import type { MemberDocument } from "@lib/model/stored/member.ts";
import type { UserDocument } from "@lib/model/stored/user.ts";
import { nextTurn } from "@lib/telemetry/next-turn.ts";

/** A membership and who has it. */
export type Person = { member: MemberDocument; user: UserDocument };

/** To read so many from SQLite and to show them takes some milliseconds, in which nobody else is served. */
const CHUNK = 500;

/**
 * The members of a server in order of id, without those whose user is gone, a chunk at a time. Between chunks others are
 * served; who joins meanwhile may be left out.
 */
export async function* walkPeople({ store }: Pick<Deps, "store">, serverId: string): AsyncGenerator<Person[]> {
  for (let after: string | null = null; ; await nextTurn()) {
    const members: MemberDocument[] = await store.members.listChunk(serverId, after, CHUNK);
    yield await withUsers(store, members);
    if (members.length < CHUNK) return;
    after = members.at(-1)?._id.user ?? null;
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
