import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { accessServerAsMember } from "@lib/domain/servers/access-server.ts";
import { viewKnownUsers } from "@lib/domain/users/view-users.ts";
import type { AllMemberResponse } from "@lib/model/member.ts";
import type { MemberDocument } from "@lib/model/stored/member.ts";
import type { UserDocument } from "@lib/model/stored/user.ts";
import { viewMember } from "@lib/model/view/member.ts";

/** A membership and who has it. */
export type Person = { member: MemberDocument; user: UserDocument };

/** All members of a server with their users, aligned and in order of id (conformance servers-43, servers-44). */
export async function listMembers(
  deps: Pick<Deps, "store" | "keys" | "clock" | "settings">,
  actor: Actor,
  { target, exclude_offline }: { target: string; exclude_offline?: boolean | null | undefined },
): Promise<AllMemberResponse> {
  const { server } = await accessServerAsMember(deps, actor, target);
  const people = await listPeople(deps, server._id);
  const users = await viewKnownUsers(
    deps,
    actor.user,
    people.map(({ user }) => user),
  );
  const shown = exclude_offline ? users.map(({ online }) => online) : users.map(() => true);
  return {
    members: people.filter((_, at) => shown[at]).map(({ member }) => viewMember(member)),
    users: users.filter((_, at) => shown[at]),
  };
}

/** The members of a server in order of id, without those whose user is gone. */
export async function listPeople({ store }: Pick<Deps, "store">, serverId: string): Promise<Person[]> {
  const members = await store.members.listByServer(serverId);
  const users = await store.users.listByIds(members.map(({ _id }) => _id.user));
  const byId = new Map(users.map((user) => [user._id, user]));
  return members
    .flatMap((member): Person[] => {
      const user = byId.get(member._id.user);
      return user ? [{ member, user }] : [];
    })
    .sort((a, b) => (a.user._id < b.user._id ? -1 : 1));
}
