import type { z } from "zod";
import { checkSettings } from "@lib/settings/check-settings.ts";
import { deriveSettings } from "@lib/settings/derive-settings.ts";
import { type Sources, readLayers } from "@lib/settings/read-layers.ts";
import { listSettingKeys } from "@lib/settings/setting-keys.ts";
import { type Problem, SettingsError } from "@lib/settings/settings-error.ts";
import { type Origin, type Tree, mergeLayers, originOf, originText, valueAt } from "@lib/settings/settings-tree.ts";
import { Settings } from "@lib/settings/settings.ts";

/** Settings and where each that is not a default came from, by dotted key. */
export type LoadedSettings = {
  settings: Settings;
  origins: ReadonlyMap<string, Origin>;
  /** Keys that were set and are accepted without effect; worth a line in the log. */
  ignored: readonly string[];
};

/**
 * Reads, merges, completes and checks all settings, once per process (conformance settings-1…17).
 * Throws a `SettingsError` that lists every problem.
 */
export function loadSettings(sources: Sources): LoadedSettings {
  const { layers, problems } = readLayers(sources);
  const { tree, origins } = mergeLayers(layers);
  deriveSettings(tree, origins);
  const parsed = Settings.safeParse(tree);
  for (const issue of parsed.error?.issues ?? []) problems.push(...problemsOf(issue, tree, origins));
  if (parsed.success) problems.push(...checkSettings(parsed.data, origins));
  if (!parsed.success || problems.length > 0) throw new SettingsError(problems);
  const ignored = listSettingKeys().filter(({ key, ignored }) => ignored && isMeant(valueAt(tree, key)));
  return { settings: parsed.data, origins, ignored: ignored.map(({ key }) => key) };
}

function problemsOf(issue: z.core.$ZodIssue, tree: Tree, origins: ReadonlyMap<string, Origin>): Problem[] {
  const key = issue.path.map(String).join(".");
  const at = (name: string, reason: string) => ({ key: name, source: originText(originOf(origins, name)), reason });
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((name) => at(key === "" ? name : `${key}.${name}`, "there is no such setting"));
  }
  const isItem = typeof issue.path.at(-1) === "number"; // of a list, which as text has none to look up
  if (issue.path.length > 0 && !isItem && valueAt(tree, key) === undefined) {
    const table = issue.path.slice(0, -1).map(String).join(".");
    return [{ ...at(table, "is required"), key }];
  }
  const isTable = issue.code === "invalid_type" && (issue.expected === "object" || issue.expected === "record");
  return [at(key, isTable ? "must be a table" : issue.message)];
}

const isMeant = (value: unknown): boolean => value !== undefined && value !== "";
