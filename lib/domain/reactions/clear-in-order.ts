import type { Deps } from "@lib/domain/deps.ts";
import { takingTurns } from "@lib/domain/in-stored-order.ts";
import { publish } from "@lib/domain/publish.ts";
import type { Publication } from "@lib/event/event.ts";
import { messageReact } from "@lib/event/message-events.ts";

type ClearDeps = Pick<Deps, "store" | "bus" | "keys" | "ids">;

/** The reactions to clear a message of. */
type Cleared = {
  readonly id: string;
  readonly channel_id: string;
  isMeant(emoji: string): boolean;
  clear(): Promise<unknown>;
  readonly told: Publication;
};

/** Longer than it takes to tell of a reaction that is stored. */
const NOTED_MS = 10_000;

/**
 * Clears a message of reactions and tells of it, while others react without waiting for that: what came up meanwhile and
 * may be hidden by it is told again, and who adds one learns from `wasCleared` that it may be gone (P4).
 */
export async function clearInOrder(deps: ClearDeps, cleared: Cleared): Promise<void> {
  await deps.keys.set(noteOf(cleared.id), "", NOTED_MS);
  await cleared.clear();
  await publish(deps, cleared.told);
  await tellAgain(deps, cleared);
}

/** Whether reactions of a message were cleared a moment ago. */
export const wasCleared = async ({ keys }: Pick<Deps, "keys">, message: string): Promise<boolean> =>
  (await keys.get(noteOf(message))) !== null;

const noteOf = (message: string): string => `reactions-cleared:${message}`;

/** Tells of each in its turn, so that nobody hears of one after it was removed. */
async function tellAgain(deps: ClearDeps, { id, channel_id, isMeant }: Cleared): Promise<void> {
  const read = async () => (await deps.store.messages.get(id))?.reactions ?? {};
  for (const [emoji, users] of Object.entries(await read())) {
    if (!isMeant(emoji)) continue;
    for (const user of users) {
      await takingTurns(deps, { reaction: { message: id, emoji, user } }, async () => {
        const isThere = (await read())[emoji]?.includes(user);
        if (isThere) await publish(deps, messageReact({ id, channel_id, user_id: user, emoji_id: emoji }));
      });
    }
  }
}
