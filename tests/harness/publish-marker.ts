import type { Deps } from "@lib/domain/deps.ts";
import { publish } from "@lib/domain/publish.ts";
import type { CatalogueEvent } from "@lib/event/catalogue.ts";
import { userSettingsUpdate } from "@lib/event/user-events.ts";

/**
 * Tells somebody of a setting that nobody else sets, and resolves to what knows that event again: a socket that has it
 * has everything that was published before.
 */
export async function publishMarker(
  deps: Pick<Deps, "bus" | "ids">,
  userId: string,
): Promise<(event: CatalogueEvent) => boolean> {
  const key = deps.ids.nanoid(8);
  await publish(deps, userSettingsUpdate({ id: userId, update: { [key]: [0, ""] } }));
  return (event) => event.type === "UserSettingsUpdate" && key in event.update;
}
