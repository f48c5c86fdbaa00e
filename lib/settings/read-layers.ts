import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Problem } from "@lib/settings/settings-error.ts";
import { type Layer, type Origin, type Tree, putAt } from "@lib/settings/settings-tree.ts";
import { testDefaults } from "@lib/settings/test-defaults.ts";

/** Where settings are looked for. */
export type Sources = {
  /** Files are searched from here up to the root. */
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Content of a file, null when it does not exist. */
  readFile?: (path: string) => string | null;
};

/**
 * All sources in ascending precedence: files from the working directory upwards (a parent's file wins, and the one at
 * the root over all, as in the reference), test defaults if `TEST_DB` is set, then environment variables.
 */
export function readLayers({ cwd, env, readFile = readTextFile }: Sources): { layers: Layer[]; problems: Problem[] } {
  const layers: Layer[] = [];
  const problems: Problem[] = [];
  const parsed = new Map<string, Tree | null>();
  const addFile = (path: string) => {
    if (!parsed.has(path)) parsed.set(path, parseFile(path, readFile, problems));
    const values = parsed.get(path);
    if (values) layers.push({ values, origin: { kind: "file", name: path } });
  };
  const directories = listDirectoriesUpwards(cwd);
  const names = ["Revolt.toml", "Revolt.overrides.toml", "Ermine.toml", "Ermine.overrides.toml"];
  for (const directory of directories) {
    for (const path of [...names.map((name) => join(directory, name)), "/Revolt.toml", "/Ermine.toml"]) addFile(path);
  }
  if (env["TEST_DB"] !== undefined) {
    addTestDefaults(env["TEST_DB"], layers, problems);
    for (const directory of directories) addFile(join(directory, "Revolt.test-overrides.toml"));
  }
  layers.push(...readEnvironment(env));
  return { layers, problems };
}

/** Content of a file, null when it does not exist. Throws when it exists but cannot be read. */
export function readTextFile(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return null;
    throw error;
  }
}

/** Parses TOML. Throws a `SyntaxError` whose message names the line and no value, and has no cause that would. */
export function parseToml(content: string): Tree {
  const mistake = tomlMistake(content);
  if (mistake !== null) throw new SyntaxError(`${withoutContent(mistake)} (line ${lineOfMistake(content, mistake)})`);
  return Bun.TOML.parse(content) as Tree; // a TOML document is a table
}

/** Bun does not tell the line: it is the last of the shortest beginning with the same mistake. */
function lineOfMistake(content: string, mistake: string): number {
  const lines = content.split("\n");
  const index = lines.findIndex((_, last) => tomlMistake(`${lines.slice(0, last + 1).join("\n")}\n`) === mistake);
  return (index === -1 ? lines.length : index) + 1;
}

/** What Bun says is wrong, null when nothing is. It may quote a value, which may be a secret. */
function tomlMistake(content: string): string | null {
  try {
    Bun.TOML.parse(content);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : "not TOML";
  }
}

/** A mistake without what it quotes of the file. Marks of the language, as in `'='`, are no content. */
function withoutContent(mistake: string): string {
  return mistake.replace(/(?: but found .|:? ["'](?![=\[\]{},.]["'])).*/s, "");
}

function parseFile(path: string, readFile: (path: string) => string | null, problems: Problem[]): Tree | null {
  try {
    const content = readFile(path);
    return content === null ? null : parseToml(content);
  } catch (error) {
    const reason = error instanceof Error ? firstLine(error.message) : "cannot be read";
    problems.push({ key: "", source: path, reason });
    return null;
  }
}

function listDirectoriesUpwards(cwd: string): string[] {
  const directories = [resolve(cwd)];
  for (;;) {
    const last = directories.at(-1) ?? "/";
    const parent = dirname(last);
    if (parent === last) return directories;
    directories.push(parent);
  }
}

function addTestDefaults(mode: string, layers: Layer[], problems: Problem[]): void {
  const origin: Origin = { kind: "environment", name: "TEST_DB" };
  if (mode !== "REFERENCE" && mode !== "MONGODB") {
    problems.push({ key: "TEST_DB", source: "environment variable TEST_DB", reason: "must be REFERENCE or MONGODB" });
  }
  layers.push({ values: testDefaults(mode), origin });
}

/** `REVOLT__A__B` is `a.b`, `ERMINE__A__B` is `ermine.a.b`, in any case (conformance settings-8). */
function readEnvironment(env: Sources["env"]): Layer[] {
  const layers: Layer[] = [];
  const put = (name: string, key: string, value: string) => {
    const values: Tree = {};
    putAt(values, key, value);
    layers.push({ values, origin: { kind: "environment", name } });
  };
  for (const [name, value] of Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (value === undefined) continue;
    const match = /^(revolt|ermine)__(.+)$/.exec(name.toLowerCase());
    if (match) put(name, (match[1] === "ermine" ? "ermine." : "") + (match[2] ?? "").replaceAll("__", "."), value);
  }
  const listen = env["HOST"]; // many shells set HOST to the machine's name, which is not meant for us
  if (listen !== undefined && /^\S+:\d+$/.test(listen)) put("HOST", "ermine.services.bonfire", listen);
  if (env["REGION_ID"] !== undefined) put("REGION_ID", "ermine.gateway.region", env["REGION_ID"]);
  if (env["NO_CLEAR_PRESENCE"] === "1") put("NO_CLEAR_PRESENCE", "ermine.gateway.clear_presence", "false");
  if (env["REDIS_URI"] !== undefined) put("REDIS_URI", "database.redis", env["REDIS_URI"]);
  const level = env["RUST_LOG"]?.split(",").find((part) => /^(trace|debug|info|warn|error|off)$/i.test(part));
  if (level !== undefined) put("RUST_LOG", "ermine.log_level", level.toLowerCase().replace("trace", "debug"));
  return layers;
}

const firstLine = (text: string): string => text.split("\n", 1)[0] ?? text;
