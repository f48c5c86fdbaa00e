import { type SettingKey, listSettingKeys } from "@lib/settings/setting-keys.ts";

/**
 * A settings file with every key, its description and default, all commented out: valid TOML that changes nothing.
 * Generated from the schema, so it is never out of date.
 */
export function exampleToml(): string {
  const head = [
    "# Every setting with its default. Remove the # of those that you change.",
    "# Save as Ermine.toml (or Revolt.toml) in the directory that the server starts in.",
    "# Each key can also be given by the environment: api.smtp.host is REVOLT__API__SMTP__HOST,",
    "# ermine.public_url is ERMINE__PUBLIC_URL. Stronger than all files: the environment.",
  ];
  const tables = Map.groupBy(
    listSettingKeys().filter(({ ignored }) => !ignored),
    ({ key }) => key.split(".").slice(0, -1).join("."),
  );
  const root = tables.get("") ?? [];
  tables.delete("");
  const sections = [...tables].map(([table, keys]) => [header(table), ...keys.flatMap(lines)]);
  return [head, root.flatMap(lines), ...sections].map((section) => `${section.join("\n")}\n`).join("\n");
}

/** Tables with a name of the operator's choice are examples only, so they stay commented out. */
function header(table: string): string {
  return table.includes("<name>") ? `# [${table.replace("<name>", "worldwide")}]` : `[${table}]`;
}

function lines({ key, description, defaultValue }: SettingKey): string[] {
  const name = (key.split(".").at(-1) ?? key).replace("<name>", "worldwide");
  const value = defaultValue === undefined ? "…" : tomlValue(defaultValue);
  const isExample = defaultValue === undefined || key.includes("<name>");
  return [`# ${description}`, `${isExample ? "# " : "#"}${name} = ${value}`];
}

/** Text, numbers, switches and flat lists are written alike in TOML and JSON. */
function tomlValue(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(tomlValue).join(", ")}]` : JSON.stringify(value);
}
