import * as contract from "@lib/contract/channels.ts";
import { deleteChannel } from "@lib/domain/channels/delete-channel.ts";
import { editChannel } from "@lib/domain/channels/edit-channel.ts";
import { fetchChannel } from "@lib/domain/channels/fetch-channel.ts";
import { implement } from "@lib/rpc/implement.ts";

/** Channels of every kind. */
export const channels = [
  implement(contract.fetchChannel, ({ deps, actor, params }) => fetchChannel(deps, actor, params)),
  implement(contract.editChannel, ({ deps, actor, params, body, reason }) =>
    editChannel(deps, actor, { ...params, data: body, reason }),
  ),
  implement(contract.deleteChannel, ({ deps, actor, params, query, reason }) =>
    deleteChannel(deps, actor, { ...params, leaveSilently: query.leave_silently === true, reason }),
  ),
];
