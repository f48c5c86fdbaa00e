import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { inWalkTurn, walkPeople } from "@lib/domain/members/walk-people.ts";
import { accessServerAsMember } from "@lib/domain/servers/access-server.ts";
import { viewKnownUsers } from "@lib/domain/users/view-users.ts";
import type { AllMemberResponse } from "@lib/model/member.ts";
import { viewMember } from "@lib/model/view/member.ts";

type ListDeps = Pick<Deps, "store" | "keys" | "clock" | "ids" | "settings">;
type List = { target: string; exclude_offline?: boolean | null | undefined };

/** All members of a server with their users, aligned and in order of id (conformance servers-43, servers-44). */
export async function listMembers(deps: ListDeps, actor: Actor, list: List): Promise<AllMemberResponse> {
  await accessServerAsMember(deps, actor, list.target); // before anybody waits for this
  return inWalkTurn(deps, actor, list.target, () => listAll(deps, actor, list));
}

async function listAll(deps: ListDeps, actor: Actor, { target, exclude_offline }: List): Promise<AllMemberResponse> {
  const { server } = await accessServerAsMember(deps, actor, target);
  const listed: AllMemberResponse = { members: [], users: [] };
  for await (const people of walkPeople(deps, server._id)) {
    const users = await viewKnownUsers(
      deps,
      actor.user,
      people.map(({ user }) => user),
    );
    for (const [at, user] of users.entries()) {
      const person = people[at];
      if (!person || (exclude_offline && !user.online)) continue;
      listed.members.push(viewMember(person.member));
      listed.users.push(user);
    }
  }
  return listed;
}
