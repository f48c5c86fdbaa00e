import type { Deps } from "@lib/domain/deps.ts";
import type { Publication } from "@lib/event/event.ts";

/** Publishes events in the given order, each once to all of its topics. */
export async function publish(deps: Pick<Deps, "bus">, ...publications: readonly Publication[]): Promise<void> {
  for (const { topics, event } of publications) await deps.bus.publish(topics, event);
}
