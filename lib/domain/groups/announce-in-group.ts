import type { Deps } from "@lib/domain/deps.ts";
import { sendSystemMessage } from "@lib/domain/messages/send-system-message.ts";
import type { GroupDocument } from "@lib/model/stored/channel.ts";
import type { StoredSystemMessage } from "@lib/model/stored/message.ts";

/** Posts system messages in a group, in order. A failure is only logged: what they tell has happened already. */
export async function announceInGroup(
  deps: Parameters<typeof sendSystemMessage>[0] & Pick<Deps, "log">,
  group: GroupDocument,
  messages: readonly StoredSystemMessage[],
): Promise<void> {
  for (const message of messages) {
    try {
      await sendSystemMessage(deps, group, message);
    } catch (error) {
      deps.log.warn("a change of a group could not be announced", { channel: group._id, type: message.type, error });
    }
  }
}
