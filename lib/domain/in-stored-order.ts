import type { Deps } from "@lib/domain/deps.ts";
import { exclusively } from "@lib/domain/exclusive.ts";
import { publish } from "@lib/domain/publish.ts";
import type { Publication } from "@lib/event/event.ts";

/**
 * What is edited: edits of different things need not wait for each other. Roles are part of their server. Reactions of
 * different people are, so that a message to which thousands react at once keeps nobody waiting.
 */
export type Edited =
  | { channel: string }
  | { message: string }
  | { server: string }
  | { user: string }
  | { settingsOf: string }
  | { member: { server: string; user: string } }
  | { reaction: { message: string; emoji: string; user: string } }
  /** Everything that one user has read. */
  | { reads: string };

/**
 * Writes an edit and tells of it before the same thing is edited again, in whichever process: of two edits the one
 * stored last is also told last, so that nobody is left with the other one (P4, P13).
 */
export function inStoredOrder<T>(
  deps: Pick<Deps, "keys" | "ids" | "bus">,
  edited: Edited,
  { write, tell }: { write(): Promise<T>; tell(written: T): Publication },
): Promise<T> {
  return takingTurns(deps, edited, async () => {
    const written = await write();
    await publish(deps, tell(written));
    return written;
  });
}

/** The same for what tells more than one event, and whose order matters. */
export function takingTurns<T>(deps: Pick<Deps, "keys" | "ids">, edited: Edited, work: () => Promise<T>): Promise<T> {
  return exclusively(deps, `edit:${nameOf(edited)}`, work);
}

function nameOf(edited: Edited): string {
  if ("channel" in edited) return `channel:${edited.channel}`;
  if ("user" in edited) return `user:${edited.user}`;
  if ("settingsOf" in edited) return `settings:${edited.settingsOf}`;
  if ("message" in edited) return `message:${edited.message}`;
  if ("server" in edited) return `server:${edited.server}`;
  if ("reads" in edited) return `reads:${edited.reads}`;
  if ("member" in edited) return `member:${edited.member.server}:${edited.member.user}`;
  const { message, emoji, user } = edited.reaction;
  return `reaction:${message}:${user}:${emoji}`;
}
