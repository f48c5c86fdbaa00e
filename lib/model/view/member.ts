import type { Member, PartialMember } from "@lib/model/member.ts";
import type { MemberDocument } from "@lib/model/stored/member.ts";
import { isoTimestamp } from "@lib/model/stored/timestamp.ts";
import { defined } from "@lib/model/view/defined.ts";
import { viewFile } from "@lib/model/view/file.ts";

/** A member as clients see it: no roles and the usual voice permissions are left out. */
export function viewMember(member: MemberDocument): Member {
  return defined({
    _id: { server: member._id.server, user: member._id.user },
    joined_at: isoTimestamp(member.joined_at),
    nickname: member.nickname,
    pronouns: member.pronouns,
    avatar: member.avatar && viewFile(member.avatar),
    roles: member.roles.length > 0 ? [...member.roles] : undefined,
    timeout: member.timeout === undefined ? undefined : isoTimestamp(member.timeout),
    can_publish: member.can_publish ? undefined : false,
    can_receive: member.can_receive ? undefined : false,
  });
}

/** Changed fields of a member as events and the audit log carry them. */
export function viewPartialMember(changes: Partial<MemberDocument>): PartialMember {
  return defined({
    nickname: changes.nickname,
    pronouns: changes.pronouns,
    avatar: changes.avatar && viewFile(changes.avatar),
    roles: changes.roles,
    timeout: changes.timeout === undefined ? undefined : isoTimestamp(changes.timeout),
    can_publish: changes.can_publish,
    can_receive: changes.can_receive,
  });
}
