import * as contract from "@lib/contract/groups.ts";
import { requirePerson } from "@lib/domain/actor.ts";
import { addGroupMember } from "@lib/domain/groups/add-group-member.ts";
import { createGroup } from "@lib/domain/groups/create-group.ts";
import { listGroupMembers } from "@lib/domain/groups/list-group-members.ts";
import { removeGroupMember } from "@lib/domain/groups/remove-group-member.ts";
import { implement } from "@lib/rpc/implement.ts";

/** Groups and those who take part in them. */
export const groups = [
  implement(contract.createGroup, ({ deps, actor, body }) => createGroup(deps, actor, body), {
    admit: ({ actor }) => requirePerson(actor),
  }),
  implement(contract.listGroupMembers, ({ deps, actor, params }) => listGroupMembers(deps, actor, params)),
  implement(contract.addGroupMember, ({ deps, actor, params }) => addGroupMember(deps, actor, params)),
  implement(contract.removeGroupMember, ({ deps, actor, params }) => removeGroupMember(deps, actor, params)),
];
