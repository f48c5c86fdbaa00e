import * as contract from "@lib/contract/users.ts";
import { changeUsername } from "@lib/domain/users/change-username.ts";
import { defaultAvatar } from "@lib/domain/users/default-avatar.ts";
import { editUser } from "@lib/domain/users/edit-user.ts";
import { fetchUser, fetchUserFlags, fetchUserProfile } from "@lib/domain/users/fetch-user.ts";
import { findMutual } from "@lib/domain/users/find-mutual.ts";
import { viewSelf } from "@lib/domain/users/view-users.ts";
import { implement } from "@lib/rpc/implement.ts";

const PICTURE_HEADERS = { "Content-Type": "image/png", "Cache-Control": "public, max-age=31536000, immutable" };

/** Users and bots as such: who they are, and what they show. */
export const users = [
  implement(contract.fetchSelf, ({ deps, actor }) => viewSelf(deps, actor.user)),
  implement(contract.fetchUser, ({ deps, actor, params }) => fetchUser(deps, actor, params)),
  implement(contract.fetchUserFlags, ({ deps, params }) => fetchUserFlags(deps, params)),
  implement(contract.editUser, ({ deps, actor, params, body }) => editUser(deps, actor, { ...params, data: body })),
  implement(contract.changeUsername, ({ deps, actor, account, body }) => changeUsername(deps, actor, account, body)),
  implement(
    contract.fetchDefaultAvatar,
    async ({ params }) => new Response(defaultAvatar(params.target), { headers: PICTURE_HEADERS }),
  ),
  implement(contract.fetchUserProfile, ({ deps, actor, params }) => fetchUserProfile(deps, actor, params)),
  implement(contract.findMutual, ({ deps, actor, params }) => findMutual(deps, actor, params)),
];
