import type { Actor } from "@lib/domain/actor.ts";
import { accessChannel } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { fail } from "@lib/error/fail.ts";
import type { Message } from "@lib/model/message.ts";
import { viewMessage } from "@lib/model/view/message.ts";

/** One message of a channel that the actor can read (conformance messages-63). */
export async function fetchMessage(
  deps: Pick<Deps, "store" | "clock">,
  actor: Actor,
  { target, msg }: { target: string; msg: string },
): Promise<Message> {
  const { channel } = await accessChannel(deps, actor, target, ["ViewChannel", "ReadMessageHistory"]);
  return viewMessage((await deps.store.messages.getInChannel(channel._id, msg)) ?? fail("NotFound"));
}
