import type { Bus } from "@lib/bus/bus.ts";
import type { UnpublishedDocument } from "@lib/model/stored/unpublished.ts";
import type { Store } from "@lib/store/store.ts";
import type { Logger } from "@lib/telemetry/logger.ts";
import { pause } from "@lib/telemetry/backoff.ts";
import { unlessAborted } from "@lib/telemetry/unless-aborted.ts";

/** What the watch needs: where notes are, and where their events should have been. */
export type WatchDeps = {
  store: Pick<Store, "unpublished">;
  bus: Pick<Bus, "ping" | "declareGap">;
  log: Pick<Logger, "warn">;
};

/** How often to look, and after how many looks in a row at the same note its process is taken for dead. */
export type WatchOptions = { lookMs?: number; looksMax?: number };

/**
 * Processes that end together have renewed their notes one after the other, so that one is seen to be silent a look or
 * two before the other. Each gap closes every socket: those that are nearly sure are declared with one that is.
 */
const LOOKS_APART_MAX = 2;

/** A note, and in how many looks since the first one it was the same. */
type Seen = { note: UnpublishedDocument; looks: number };

/**
 * Declares on the bus, until the signal is aborted, that the events are lost which a process held when it ended (P2): it
 * does not renew its note any more. Looks are counted, not time: no two clocks are compared, and a process that was
 * stuck, or a database that nobody could renew a note in, makes nobody look dead.
 */
export async function watchUnpublished(
  deps: WatchDeps,
  signal: AbortSignal,
  { lookMs = 2_000, looksMax = 5 }: WatchOptions = {},
): Promise<void> {
  let seen: readonly Seen[] = [];
  while (!signal.aborted) {
    // The end of this process does not wait for a database that does not answer.
    seen = compare(seen, await unlessAborted(signal, deps.store.unpublished.list()));
    const left = listLeft(seen, looksMax);
    // Nobody can be told of them while the bus is away; claims would only go round meanwhile.
    if (left.length > 0 && (await doesAnswer(deps.bus))) await declareLost(deps, left, signal);
    await pause(lookMs, signal);
  }
}

function compare(seen: readonly Seen[], notes: readonly UnpublishedDocument[]): Seen[] {
  const before = new Map(seen.map((each) => [each.note._id, each]));
  return notes.map((note) => {
    const last = before.get(note._id);
    return { note, looks: last?.note.at === note.at ? last.looks + 1 : 0 };
  });
}

/** Once a process is sure to have ended, its note and those of all that may have ended together with it. */
function listLeft(seen: readonly Seen[], looksMax: number): UnpublishedDocument[] {
  if (!seen.some(({ looks }) => looks >= looksMax)) return [];
  return seen.flatMap(({ note, looks }) => (looks >= looksMax - LOOKS_APART_MAX ? [note] : []));
}

function doesAnswer(bus: WatchDeps["bus"]): Promise<boolean> {
  return bus.ping().then(
    () => true,
    () => false,
  );
}

/** A claim restarts the count of the others: should this process end before all are told, one of them takes over. */
async function declareLost({ store, bus, log }: WatchDeps, left: readonly UnpublishedDocument[], signal: AbortSignal) {
  const claimed = await unlessAborted(signal, claimAll(store, left));
  if (claimed.length === 0) return;
  log.warn("processes ended with events that the bus never got", { publishers: claimed.map(({ _id }) => _id) });
  await unlessAborted(signal, bus.declareGap());
  await unlessAborted(signal, Promise.all(claimed.map((note) => store.unpublished.settle(note))));
}

/** Stops at what another process has claimed: that takes the others, too, and one gap does for all. */
async function claimAll(
  { unpublished }: WatchDeps["store"],
  left: readonly UnpublishedDocument[],
): Promise<UnpublishedDocument[]> {
  const claimed: UnpublishedDocument[] = [];
  for (const note of left) {
    const claim = await unpublished.claim(note);
    if (!claim) break;
    claimed.push(claim);
  }
  return claimed;
}
