import type { Deps } from "@lib/domain/deps.ts";
import { minUlid } from "@lib/model/ids.ts";

/** How much a client's or another process's clock may be ahead. */
const AHEAD_MS = 60_000;

/**
 * Clients name any text, some a ULID of their own clock. What is later than now would leave messages of the future read
 * for ever, since reads never go back (P11): it means "everything until now".
 */
export function readableUpTo({ clock, ids }: Pick<Deps, "clock" | "ids">, messageId: string): string {
  return messageId > minUlid(clock.now() + AHEAD_MS) ? ids.ulid() : messageId;
}
