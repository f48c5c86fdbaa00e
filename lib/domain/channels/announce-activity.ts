import type { Deps } from "@lib/domain/deps.ts";
import { publish } from "@lib/domain/publish.ts";
import { channelUpdate } from "@lib/event/channel-events.ts";
import type { DirectMessageDocument } from "@lib/model/stored/channel.ts";

/**
 * Tells that a conversation was opened or closed. Who did the opposite meanwhile may have told that before this, which
 * would hide it: so what is stored by then is told, too (P4).
 */
export async function announceActivity(
  deps: Pick<Deps, "store" | "bus">,
  channel: DirectMessageDocument,
  active: boolean,
): Promise<void> {
  const tell = (active: boolean) =>
    publish(deps, channelUpdate({ id: channel._id, data: { active }, clear: [] }, channel));
  await tell(active);
  const now = await deps.store.channels.get(channel._id);
  if (now?.channel_type === "DirectMessage" && now.active !== active) await tell(now.active);
}
