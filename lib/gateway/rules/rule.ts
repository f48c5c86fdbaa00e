import type { CatalogueEvent, EventOf, EventType } from "@lib/event/catalogue.ts";
import type { Frames } from "@lib/gateway/frames.ts";
import type { Outlet } from "@lib/gateway/outlet.ts";
import type { ServerView, World } from "@lib/gateway/world.ts";
import type { RelationshipStatus } from "@lib/model/user.ts";

/** What a rule works with. */
export type RuleContext = {
  world: World;
  out: Outlet;
  /** The event as published; rules may send another one instead. */
  frames: Frames;
  topics: readonly string[];
  reads: WorldReads;
};

/** What rules may look up in the store. Later events wait meanwhile. */
export type WorldReads = {
  /** A server that the world does not hold yet; null when it is gone. */
  server(id: string): Promise<ServerView | null>;
  /** How a user stands to another one by now. */
  relation(userId: string, otherId: string): Promise<RelationshipStatus>;
};

/**
 * What one kind of event does to the world, and who gets what of it. Events without a rule go unchanged to everybody
 * on their topics.
 */
export type Rule<T extends EventType> = (context: RuleContext, event: EventOf<T>) => void | Promise<void>;

/** Rules by the type of their event. */
export type Rules = { readonly [T in EventType]?: Rule<T> };

/** The rule for events of a type; call it with such an event only. Undefined: they go unchanged to their topics. */
export function ruleOf(
  rules: Rules,
  type: EventType,
): ((context: RuleContext, event: CatalogueEvent) => void | Promise<void>) | undefined {
  // The table pairs each type with the rule for exactly that type, which an index by a union of types cannot express.
  return rules[type] as ReturnType<typeof ruleOf>;
}
