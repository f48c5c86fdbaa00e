import * as contract from "@lib/contract/relationships.ts";
import { changeBlock } from "@lib/domain/relationships/change-block.ts";
import { changeFriendship, sendFriendRequest } from "@lib/domain/relationships/change-friendship.ts";
import { implement } from "@lib/rpc/implement.ts";

/** Friends and blocks. */
export const relationships = [
  implement(contract.addFriend, ({ deps, actor, params }) =>
    changeFriendship(deps, actor, { ...params, action: "add" }),
  ),
  implement(contract.sendFriendRequest, ({ deps, actor, body }) => sendFriendRequest(deps, actor, body)),
  implement(contract.removeFriend, ({ deps, actor, params }) =>
    changeFriendship(deps, actor, { ...params, action: "remove" }),
  ),
  implement(contract.blockUser, ({ deps, actor, params }) => changeBlock(deps, actor, { ...params, action: "block" })),
  implement(contract.unblockUser, ({ deps, actor, params }) =>
    changeBlock(deps, actor, { ...params, action: "unblock" }),
  ),
];
