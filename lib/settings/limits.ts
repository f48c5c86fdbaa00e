import type { UserLimits } from "@lib/settings/sections/feature-settings.ts";
import type { Settings } from "@lib/settings/settings.ts";

export type { UserLimits };

const HOUR_MS = 3_600_000;

/** The limits of a user or bot by the age of its id (conformance settings-24). Webhooks always have `default`. */
export function limitsFor({ features }: Pick<Settings, "features">, userIdTimeMs: number, nowMs: number): UserLimits {
  const { global, new_user, default: established } = features.limits;
  return nowMs - userIdTimeMs <= global.new_user_hours * HOUR_MS ? new_user : established;
}
