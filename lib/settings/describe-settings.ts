import { hideCredentials } from "@lib/telemetry/hide-credentials.ts";
import type { LoadedSettings } from "@lib/settings/load-settings.ts";
import { type SettingKey, listSettingKeys } from "@lib/settings/setting-keys.ts";
import { isTable, originOf, originText, valueAt } from "@lib/settings/settings-tree.ts";

/** One effective setting, fit to be shown: never holds a secret. */
export type DescribedSetting = { key: string; value: string; origin: string; description: string };

/** What is in force and where each value came from, for people. Secrets are hidden (P17), ignored keys left out. */
export function describeSettings({
  settings,
  origins,
}: Pick<LoadedSettings, "settings" | "origins">): DescribedSetting[] {
  return listSettingKeys()
    .filter(({ ignored }) => !ignored)
    .flatMap((setting) => namedKeys(settings, setting.key).map((key) => ({ ...setting, key })))
    .map((setting) => ({
      key: setting.key,
      value: shown(valueAt(settings, setting.key), setting.secret),
      origin: originText(originOf(origins, setting.key)),
      description: setting.description,
    }));
}

/** Replaces `<name>` by each name in use. */
function namedKeys(settings: LoadedSettings["settings"], key: string): string[] {
  const [map, rest] = key.split(".<name>");
  if (map === undefined || rest === undefined) return [key];
  const table = valueAt(settings, map);
  return isTable(table) ? Object.keys(table).map((name) => `${map}.${name}${rest}`) : [];
}

function shown(value: unknown, secret: SettingKey["secret"]): string {
  if (value === undefined) return "(unset)";
  if (secret === true) return value === "" || (Array.isArray(value) && value.length === 0) ? "(empty)" : "(secret)";
  if (secret === "url" && typeof value === "string") return JSON.stringify(withoutSecrets(value));
  return JSON.stringify(value);
}

/** The name of a secret in the query of a URL. */
const SECRET = /password|secret|token|key/i;

/** The URL with user and password hidden, also when several hosts make it unparsable as a URL. */
export function withoutSecrets(url: string): string {
  return url
    .replace(/(?<=^[a-z0-9+.-]+:\/\/).*/is, (rest) => hideCredentials(rest, "***"))
    .replaceAll(/(?<=[?&])([^=&?]+)=[^&]*/g, (value, name) => (SECRET.test(name) ? `${name}=***` : value));
}
