import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { inStoredOrder } from "@lib/domain/in-stored-order.ts";
import { fail } from "@lib/error/fail.ts";
import { userSettingsUpdate } from "@lib/event/user-events.ts";
import type { UserSettings } from "@lib/model/user-settings.ts";

/** The settings of the actor with the given keys, or all without any (conformance users-67, users-70). */
export async function fetchSettings(
  { store }: Pick<Deps, "store">,
  { id }: Pick<Actor, "id">,
  { keys }: { keys: readonly string[] },
): Promise<UserSettings> {
  if (keys.length === 0) return store.userSettings.get(id);
  const storable = [...new Set(keys)].filter(isStorable);
  return storable.length === 0 ? {} : store.userSettings.get(id, storable);
}

/**
 * Stores settings of the actor as of a time, which is never later than now, over what was there, and tells all of their
 * sessions (conformance users-67 to users-69); what is stored last is told last (P4). Fails with `InvalidProperty` for a
 * key that no document can have (P15).
 */
export async function setSettings(
  deps: Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids">,
  { id }: Actor,
  { values, timestamp }: { values: Readonly<Record<string, string>>; timestamp?: number | null | undefined },
): Promise<void> {
  const entries = Object.entries(values);
  if (!entries.every(([key]) => isStorable(key))) fail("InvalidProperty");
  const nowMs = deps.clock.now();
  const revision = Math.min(timestamp ?? nowMs, nowMs);
  const update: UserSettings = Object.fromEntries(entries.map(([key, value]) => [key, [revision, value]]));
  await inStoredOrder(
    deps,
    { settingsOf: id },
    {
      write: () => deps.store.userSettings.set(id, update),
      tell: () => userSettingsUpdate({ id, update }),
    },
  );
}

/** Whether a key can be a field of a document. */
function isStorable(key: string): boolean {
  return key !== "" && key !== "_id" && !key.startsWith("$") && !/[.\0]/.test(key);
}
