import * as contract from "@lib/contract/acks.ts";
import { ackChannel } from "@lib/domain/acks/ack-channel.ts";
import { ackServer } from "@lib/domain/acks/ack-server.ts";
import { implement } from "@lib/rpc/implement.ts";

/** How far people have read. */
export const acks = [
  implement(contract.ackChannel, ({ deps, actor, params }) => ackChannel(deps, actor, params)),
  implement(contract.ackServer, ({ deps, actor, params }) => ackServer(deps, actor, params)),
];
