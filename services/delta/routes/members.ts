import * as contract from "@lib/contract/members.ts";
import { editMember } from "@lib/domain/members/edit-member.ts";
import { fetchMember } from "@lib/domain/members/fetch-member.ts";
import { kickMember } from "@lib/domain/members/kick-member.ts";
import { listMembers } from "@lib/domain/members/list-members.ts";
import { queryMembers } from "@lib/domain/members/query-members.ts";
import { implement } from "@lib/rpc/implement.ts";

/** Members of servers. */
export const members = [
  implement(contract.listMembers, ({ deps, actor, params, query }) =>
    listMembers(deps, actor, { ...params, ...query }),
  ),
  implement(contract.fetchMember, ({ deps, actor, params, query }) =>
    fetchMember(deps, actor, { ...params, ...query }),
  ),
  implement(contract.queryMembers, ({ deps, actor, params, query }) =>
    queryMembers(deps, actor, { ...params, ...query }),
  ),
  implement(contract.editMember, ({ deps, actor, params, body, reason }) =>
    editMember(deps, actor, { ...body, ...params, reason }),
  ),
  implement(contract.kickMember, ({ deps, actor, params, reason }) => kickMember(deps, actor, { ...params, reason })),
];
