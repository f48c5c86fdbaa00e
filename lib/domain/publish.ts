import type { Deps } from "@lib/domain/deps.ts";
import type { Publication } from "@lib/event/event.ts";

/** Publishes events in the given order, each once to all of its topics. */
export function publish({ bus }: Pick<Deps, "bus">, ...publications: readonly Publication[]): Promise<void> {
  const [first, ...others] = publications;
  if (first && others.length === 0) return bus.publish(first.topics, first.event);
  return publishInTurn(bus, publications);
}

async function publishInTurn(bus: Deps["bus"], publications: readonly Publication[]): Promise<void> {
  for (const { topics, event } of publications) await bus.publish(topics, event);
}
