/**
 * Secrets of a fresh machine (P17): made at the first start, kept in `secrets.toml` of the data directory, readable by
 * the server's user only. They are never made for a deployment with several processes on MongoDB: each would invent
 * its own, so there they have to be given. Losing the file makes stored files unreadable and ends push subscriptions.
 */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { chmodSync, linkSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { LoadedSettings } from "@lib/settings/load-settings.ts";
import { parseToml, readTextFile } from "@lib/settings/read-layers.ts";
import { SettingsError } from "@lib/settings/settings-error.ts";
import { isVolatile } from "@lib/settings/volatile-store.ts";

const Secrets = z.object({
  files: z.object({ encryption_key: z.string().min(1) }),
  pushd: z.object({ vapid: z.object({ private_key: z.string().min(1), public_key: z.string().min(1) }) }),
});

/** What is generated; the shape is that of the settings. */
export type Secrets = z.output<typeof Secrets>;

type Loaded = Pick<LoadedSettings, "settings" | "origins">;

/**
 * Completes settings with the machine's secrets where none are configured, making them at the first start.
 * Throws a `SettingsError` when the file is damaged or cannot be read or made.
 */
export function ensureSecrets<T extends Loaded>(loaded: T): T {
  return withSecrets(loaded, (path) => {
    const existing = readSecrets(path);
    if (existing) lockSecrets(path);
    return (
      existing ?? (isVolatile(loaded.settings.ermine) ? generateSecrets() : createSecrets(path, generateSecrets()))
    );
  });
}

/** Completes settings with the secrets that the machine has, if it has any. Changes no file, unlike `ensureSecrets`. */
export function addSecrets<T extends Loaded>(loaded: T): T {
  return withSecrets(loaded, readSecrets);
}

function withSecrets<T extends Loaded>(loaded: T, secretsAt: (path: string) => Secrets | null): T {
  const { settings } = loaded;
  const needsKey = settings.files.encryption_key === "";
  const needsVapid = settings.pushd.vapid.private_key === "";
  if ((!needsKey && !needsVapid) || settings.ermine.store.startsWith("mongodb")) return loaded;

  const path = join(settings.ermine.data_dir, "secrets.toml");
  const secrets = secretsAt(path);
  if (secrets === null) return loaded;
  const origins = new Map(loaded.origins);
  const mark = (key: string) => origins.set(key, { kind: "generated", name: path });
  if (needsKey) mark("files.encryption_key");
  if (needsVapid) ["private_key", "public_key"].forEach((name) => mark(`pushd.vapid.${name}`));
  return {
    ...loaded,
    origins,
    settings: {
      ...settings,
      files: needsKey ? { ...settings.files, ...secrets.files } : settings.files,
      pushd: needsVapid
        ? { ...settings.pushd, vapid: { ...settings.pushd.vapid, ...secrets.pushd.vapid } }
        : settings.pushd,
    },
  };
}

/** New secrets: 32 random bytes, and a P-256 pair in the encodings of the reference's generator. */
function generateSecrets(): Secrets {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const point = publicKey.export({ type: "spki", format: "der" }).subarray(-65);
  const pem = privateKey.export({ type: "sec1", format: "pem" });
  return {
    files: { encryption_key: randomBytes(32).toString("base64") },
    pushd: {
      vapid: {
        private_key: Buffer.from(pem).toString("base64").replaceAll("=", ""),
        public_key: Buffer.from(point).toString("base64url"),
      },
    },
  };
}

/** The secrets in a file, null when there is none. */
function readSecrets(path: string): Secrets | null {
  const problem = (reason: string, cause: unknown): never => {
    throw new SettingsError([{ key: "", source: path, reason }], { cause });
  };
  let content: string | null = null;
  try {
    content = readTextFile(path);
  } catch (error) {
    problem("cannot be read by this user", error);
  }
  if (content === null) return null;
  try {
    return Secrets.parse(parseToml(content));
  } catch (error) {
    return problem("is damaged; restore it from a backup, stored files need its key", error);
  }
}

/** Takes from others the right to read the file. One that is not ours, such as one that is mounted, stays as it is. */
function lockSecrets(path: string): void {
  try {
    if (statSync(path).mode & 0o077) chmodSync(path, 0o600);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "EPERM" && code !== "EROFS") throw error;
  }
}

function createSecrets(path: string, secrets: Secrets): Secrets {
  try {
    return writeSecrets(path, secrets);
  } catch (error) {
    if (error instanceof SettingsError) throw error;
    const reason = `cannot be written to: ${error instanceof Error ? error.message : String(error)}`;
    throw new SettingsError([{ key: "ermine.data_dir", source: dirname(path), reason }], { cause: error });
  }
}

/** Writes the file whole or not at all, and yields to another process that made one at the same time. */
function writeSecrets(path: string, secrets: Secrets): Secrets {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.new`;
  writeFileSync(draft, secretsToml(secrets), { mode: 0o600, flush: true });
  try {
    linkSync(draft, path);
    return secrets;
  } catch (error) {
    const other = readSecrets(path);
    if (other === null) throw error;
    return other;
  } finally {
    rmSync(draft, { force: true });
  }
}

function secretsToml({ files, pushd }: Secrets): string {
  return `# Made at the first start. Keep it secret, and keep a copy: without it stored files are unreadable.
[files]
encryption_key = ${JSON.stringify(files.encryption_key)}

[pushd.vapid]
private_key = ${JSON.stringify(pushd.vapid.private_key)}
public_key = ${JSON.stringify(pushd.vapid.public_key)}
`;
}
