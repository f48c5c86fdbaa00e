import type { Actor } from "@lib/domain/actor.ts";
import type { ChannelAccess } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { publish } from "@lib/domain/publish.ts";
import { fail } from "@lib/error/fail.ts";
import { userSlowmodes } from "@lib/event/channel-events.ts";
import { hasPermission } from "@lib/permission/permissions.ts";

/**
 * Starts the wait of a slow channel for somebody, and tells their sessions; who waits already fails with `InSlowmode`.
 * The wait starts even when the message is refused later (conformance messages-53, messages-54).
 */
export async function holdSlowmode(
  deps: Pick<Deps, "keys" | "bus">,
  actor: Actor,
  { channel, permissions }: Pick<ChannelAccess, "channel" | "permissions">,
): Promise<void> {
  const duration = channel.channel_type === "TextChannel" ? (channel.slowmode ?? 0) : 0;
  if (duration <= 0 || hasPermission(permissions, "BypassSlowmode")) return;
  const key = `slowmode:${actor.id}:${channel._id}`;
  const leftMs = await deps.keys.take(key, "1", duration * 1000);
  // Of a wait that began when the channel was slower: as long as it is, however fast the channel is now.
  const retry_after = leftMs === null ? duration : Math.max(1, Math.ceil(leftMs / 1000));
  if (leftMs === null) await deps.keys.addToSet(`slowmode_idx:${actor.id}`, channel._id, duration * 1000);
  await publish(deps, userSlowmodes({ slowmodes: [{ channel_id: channel._id, duration, retry_after }] }, actor.id));
  if (leftMs !== null) fail("InSlowmode", { retry_after });
}
