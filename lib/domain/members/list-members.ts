import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { walkPeople } from "@lib/domain/members/walk-people.ts";
import { accessServerAsMember } from "@lib/domain/servers/access-server.ts";
import { viewKnownUsers } from "@lib/domain/users/view-users.ts";
import type { AllMemberResponse } from "@lib/model/member.ts";
import { viewMember } from "@lib/model/view/member.ts";

/** All members of a server with their users, aligned and in order of id (conformance servers-43, servers-44). */
export async function listMembers(
  deps: Pick<Deps, "store" | "keys" | "clock" | "settings">,
  actor: Actor,
  { target, exclude_offline }: { target: string; exclude_offline?: boolean | null | undefined },
): Promise<AllMemberResponse> {
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
