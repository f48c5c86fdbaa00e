import type { Deps } from "@lib/domain/deps.ts";
import { forgetMessages } from "@lib/domain/messages/forget-messages.ts";
import { replaceLastMessage } from "@lib/domain/messages/replace-last-message.ts";
import { publish } from "@lib/domain/publish.ts";
import type { Publication } from "@lib/event/event.ts";

/**
 * Completes the deletion of messages of a channel that are gone from the store: lets go of what refers to them, names
 * the newest that remains, and tells it. It is told whatever becomes of the rest: nobody can delete them again.
 */
export async function settleDeletion(
  deps: Pick<Deps, "store" | "bus" | "background">,
  channelId: string,
  deletedIds: readonly string[],
  told: Publication,
): Promise<void> {
  try {
    await forgetMessages(deps, channelId, deletedIds);
    await replaceLastMessage(deps, channelId, deletedIds);
  } finally {
    await publish(deps, told);
  }
}
