import * as contract from "@lib/contract/servers.ts";
import { createServerChannel } from "@lib/domain/servers/create-server-channel.ts";
import { createServer, requireServerCreator } from "@lib/domain/servers/create-server.ts";
import { deleteServer } from "@lib/domain/servers/delete-server.ts";
import { editServer } from "@lib/domain/servers/edit-server.ts";
import { fetchServer } from "@lib/domain/servers/fetch-server.ts";
import { listServerEmojis } from "@lib/domain/servers/list-server-emojis.ts";
import { listServerInvites } from "@lib/domain/servers/list-server-invites.ts";
import { implement } from "@lib/rpc/implement.ts";

/** Servers: their life, their channels, and what hangs on them. */
export const servers = [
  implement(contract.createServer, ({ deps, actor, body }) => createServer(deps, actor, body), {
    admit: ({ deps, actor }) => requireServerCreator(deps, actor),
  }),
  implement(contract.fetchServer, ({ deps, actor, params, query }) =>
    fetchServer(deps, actor, { ...params, includeChannels: query.include_channels === true }),
  ),
  implement(contract.editServer, ({ deps, actor, params, body, reason, ticket }) =>
    editServer(deps, actor, { ...params, data: body, reason, hasTicket: ticket !== null }),
  ),
  implement(contract.deleteServer, ({ deps, actor, params, query }) =>
    deleteServer(deps, actor, { ...params, leaveSilently: query.leave_silently === true }),
  ),
  implement(contract.createServerChannel, ({ deps, actor, params, body, reason }) =>
    createServerChannel(deps, actor, { ...params, data: body, reason }),
  ),
  implement(contract.listServerInvites, ({ deps, actor, params }) => listServerInvites(deps, actor, params)),
  implement(contract.listServerEmojis, ({ deps, actor, params }) => listServerEmojis(deps, actor, params)),
];
