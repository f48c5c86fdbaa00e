import type { Actor } from "@lib/domain/actor.ts";
import { type ChannelAccess, accessChannel } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { fail } from "@lib/error/fail.ts";
import type { MessageDocument } from "@lib/model/stored/message.ts";
import { requirePermission } from "@lib/permission/permissions.ts";

/**
 * A message for somebody who may pin it: in a direct message whoever takes part in it, and nobody else (P26), in every
 * other channel who manages messages (conformance permissions-41).
 */
export async function accessPins(
  deps: Pick<Deps, "store" | "clock">,
  actor: Actor,
  { target, msg }: { target: string; msg: string },
): Promise<ChannelAccess & { message: MessageDocument }> {
  const access = await accessChannel(deps, actor, target, []);
  const isDirect = access.channel.channel_type === "DirectMessage";
  requirePermission(access.permissions, isDirect ? "ViewChannel" : "ManageMessages");
  const message = (await deps.store.messages.getInChannel(access.channel._id, msg)) ?? fail("NotFound");
  return { ...access, message };
}
