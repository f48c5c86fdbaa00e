/**
 * Takes entries off the bus, in order, one after the other: rule first, then whoever is still preparing keeps a copy.
 * Almost always synchronous; only an event that brings in a server which this process does not hold yet, or that does
 * not say how somebody stands to a bot, makes later ones wait for a read.
 */
import type { BusEntry } from "@lib/bus/bus.ts";
import { restartContinued } from "@lib/gateway/continued.ts";
import { type EntryQueue, entryQueue } from "@lib/gateway/entry-queue.ts";
import { type Frames, framesOf } from "@lib/gateway/frames.ts";
import { withHeldChannels } from "@lib/gateway/listed-channels.ts";
import { lastMessageEntry } from "@lib/gateway/last-message.ts";
import type { Outlet } from "@lib/gateway/outlet.ts";
import { route } from "@lib/gateway/route.ts";
import type { WorldReads } from "@lib/gateway/rules/rule.ts";
import type { World } from "@lib/gateway/world.ts";
import type { Logger } from "@lib/telemetry/logger.ts";

/** The position before anything was read. */
export const NOWHERE = "0-0";

/** Something that wants every entry from a moment on. `frames` are those that were sent unchanged, if any were. */
export type Listener = (entry: BusEntry, frames: Frames) => void;

/** Where entries of the bus are pushed, and who listens to what became of them. */
export type Dispatcher = EntryQueue & {
  /** Position of the newest entry that was dispatched, or where reading began. */
  position: string;
  readonly listeners: Set<Listener>;
};

type Parts = { world: World; out: Outlet; log: Logger; reads: WorldReads; onGap(): void };

/** Opens a dispatcher, to which nothing was pushed yet. An event that cannot be dispatched is logged and left out (P27). */
export function createDispatcher(parts: Parts): Dispatcher {
  const queue = entryQueue({ onEntry: dispatch, onGap: parts.onGap, onBatchEnd: tellLastMessages });
  const dispatcher = { ...queue, position: NOWHERE, listeners: new Set<Listener>() };
  return dispatcher;

  function dispatch(published: BusEntry): void | Promise<void> {
    let entry = published;
    let frames = framesOf(entry);
    try {
      entry = withHeldChannels(parts.world, published);
      if (entry !== published) frames = framesOf(entry);
      restartContinued(parts.world, entry);
      const pending = route(parts, entry, parts.out, frames);
      if (pending) return pending.catch((error) => report(entry, error)).then(() => conclude(entry, frames));
    } catch (error) {
      report(entry, error);
    }
    conclude(entry, frames);
  }

  /** Once for each channel: under load most of what was overtaken is followed by what is newer. */
  function tellLastMessages(): void {
    const { world } = parts;
    if (world.overtaken.size === 0) return;
    for (const channel of world.overtaken) {
      const entry = lastMessageEntry(world, channel, dispatcher.position);
      if (entry) void dispatch(entry); // the rule for it reads nothing
    }
    world.overtaken.clear();
  }

  /** One bad event stops nothing: the next one is delivered (P27). */
  function report({ event }: BusEntry, error: unknown): void {
    parts.log.error("event could not be dispatched", { type: event.type, error });
  }

  function conclude(entry: BusEntry, frames: Frames): void {
    dispatcher.position = entry.position;
    for (const listener of dispatcher.listeners) listener(entry, frames);
  }
}
