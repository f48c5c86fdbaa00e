import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { type Person, inWalkTurn, walkPeople } from "@lib/domain/members/walk-people.ts";
import { accessServerAsMember } from "@lib/domain/servers/access-server.ts";
import { viewUserFor } from "@lib/domain/users/view-users.ts";
import { fail } from "@lib/error/fail.ts";
import type { MemberQueryResponse } from "@lib/model/member.ts";
import { viewMember } from "@lib/model/view/member.ts";

const RESULTS_MAX = 10;

type QueryDeps = Pick<Deps, "store" | "keys" | "clock" | "ids" | "settings">;
type Query = { target: string; query: string };

/** The members whose name contains a text, the shortest names first (conformance servers-46). */
export async function queryMembers(
  deps: QueryDeps,
  actor: Actor,
  { experimental_api, ...query }: Query & { experimental_api: boolean },
): Promise<MemberQueryResponse> {
  if (!experimental_api) fail("InvalidOperation");
  await accessServerAsMember(deps, actor, query.target); // before anybody waits for this
  return inWalkTurn(deps, actor, query.target, () => findMembers(deps, actor, query));
}

async function findMembers(deps: QueryDeps, actor: Actor, { target, query }: Query): Promise<MemberQueryResponse> {
  const { server } = await accessServerAsMember(deps, actor, target);
  let found: Person[] = [];
  for await (const people of walkPeople(deps, server._id)) {
    found = findByName([...found, ...people], query).slice(0, RESULTS_MAX);
  }
  return {
    members: found.map(({ member }) => viewMember(member)),
    users: await Promise.all(found.map(({ user }) => viewUserFor(deps, actor.user, user, { mutual: true }))),
  };
}

/** The name that counts is the nickname, or without one the username; case matters. */
function findByName(people: readonly Person[], query: string): Person[] {
  const byteLength = (person: Person) => Buffer.byteLength(nameOf(person));
  return people.filter((person) => nameOf(person).includes(query)).sort((a, b) => byteLength(a) - byteLength(b));
}

const nameOf = ({ member, user }: Person): string => member.nickname ?? user.username;
