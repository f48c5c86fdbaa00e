import { Id } from "@lib/contract/parameters.ts";
import { route } from "@lib/contract/route.ts";
import { User } from "@lib/model/user.ts";
import { z } from "zod";

const ofTarget = z.object({ target: Id });

/** Body of `sendFriendRequest`. */
export const DataSendFriendRequest = z
  .object({ username: z.string().describe("Username and discriminator combo separated by #") })
  .meta({ id: "DataSendFriendRequest", description: "User lookup information" });

export const addFriend = route({
  id: "add_friend_add",
  method: "put",
  path: "/users/{target}/friend",
  tag: "Relationships",
  summary: "Accept Friend Request",
  description: "Accept another user's friend request.",
  guards: ["user"],
  params: ofTarget,
  success: { status: 200, schema: User },
  errors: [
    "NotFound",
    "IsBot",
    "NoEffect",
    "AlreadySentRequest",
    "AlreadyFriends",
    "Blocked",
    "BlockedByOther",
    "TooManyPendingFriendRequests",
  ],
});

export const sendFriendRequest = route({
  id: "send_friend_request_send_friend_request",
  method: "post",
  path: "/users/friend",
  tag: "Relationships",
  summary: "Send Friend Request",
  description: "Send a friend request to another user.",
  guards: ["user"],
  body: DataSendFriendRequest,
  success: { status: 200, schema: User },
  errors: ["InvalidProperty", ...addFriend.errors],
});

export const removeFriend = route({
  id: "remove_friend_remove",
  method: "delete",
  path: "/users/{target}/friend",
  tag: "Relationships",
  summary: "Deny Friend Request / Remove Friend",
  description: "Denies another user's friend request or removes an existing friend.",
  guards: ["user"],
  params: ofTarget,
  success: { status: 200, schema: User },
  errors: ["NotFound", "IsBot", "NoEffect"],
});

export const blockUser = route({
  id: "block_user_block",
  method: "put",
  path: "/users/{target}/block",
  tag: "Relationships",
  summary: "Block User",
  description: "Block another user by their id.",
  guards: ["user"],
  params: ofTarget,
  success: { status: 200, schema: User },
  errors: ["NotFound", "NoEffect"],
});

export const unblockUser = route({
  id: "unblock_user_unblock",
  method: "delete",
  path: "/users/{target}/block",
  tag: "Relationships",
  summary: "Unblock User",
  description: "Unblock another user by their id.",
  guards: ["user"],
  params: ofTarget,
  success: { status: 200, schema: User },
  errors: ["NotFound", "NoEffect"],
});
