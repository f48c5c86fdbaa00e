import type { BusEntry } from "@lib/bus/bus.ts";
import type { CatalogueEvent } from "@lib/event/catalogue.ts";
import { framesOf } from "@lib/gateway/frames.ts";
import type { Outlet } from "@lib/gateway/outlet.ts";
import { routeByTopics } from "@lib/gateway/route-by-topics.ts";
import { type RuleContext, type WorldReads, ruleOf } from "@lib/gateway/rules/rule.ts";
import { rules } from "@lib/gateway/rules/rules.ts";
import type { World } from "@lib/gateway/world.ts";

/** Applies one entry to the world and sends it through `out`; a promise only when that needs a read. */
export function route(
  { world, reads }: { world: World; reads: WorldReads },
  entry: BusEntry,
  out: Outlet,
  frames = framesOf(entry),
): void | Promise<void> {
  const context: RuleContext = { world, out, frames, topics: entry.topics, reads };
  // The bus carries what the catalogue's builders made; the Redis reader checks what comes from elsewhere.
  const event = entry.event as CatalogueEvent;
  const rule = ruleOf(rules, event.type);
  return rule ? rule(context, event) : routeByTopics(context);
}
