import * as contract from "@lib/contract/root.ts";
import { instanceConfig } from "@lib/domain/instance/instance-config.ts";
import { implement } from "@lib/rpc/implement.ts";

/** What clients discover this instance by. */
export const root = [implement(contract.queryNode, async ({ deps }) => instanceConfig(deps))];
