import { type Allowance, allowance, takeFrom } from "@lib/gateway/allowance.ts";

/** So much at once, and so much a second: more than one types in a channel. */
const BURST = 20;
const PER_SECOND = 4;
/** An allowance is full again after this time. */
const REFILL_MS = (BURST / PER_SECOND) * 1000;

/** Takes one sign of typing in a channel; false when there were too many. */
export type TypingAllowance = (channelId: string, nowMs: number) => boolean;

/** What may be passed on of one user's typing. A person types in one channel at a time, a bot in any number of them. */
export function typingAllowance({ bot }: { readonly bot: boolean }): TypingAllowance {
  if (bot) return inEachChannel();
  const all = allowance(BURST, PER_SECOND);
  return (_channelId, nowMs) => takeFrom(all, 1, nowMs);
}

/** Remembers only the channels of the last seconds: the others have all of their allowance. */
function inEachChannel(): TypingAllowance {
  /** The one used last comes last. */
  const channels = new Map<string, Allowance>();
  return (channelId, nowMs) => {
    for (const [id, { atMs }] of channels) {
      if (Math.abs(nowMs - atMs) < REFILL_MS) break;
      channels.delete(id);
    }
    const own = channels.get(channelId) ?? allowance(BURST, PER_SECOND);
    channels.delete(channelId);
    channels.set(channelId, own);
    return takeFrom(own, 1, nowMs);
  };
}
