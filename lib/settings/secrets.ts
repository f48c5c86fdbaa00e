/**
 * Secrets of a fresh machine (P17): made at the first start, kept in `secrets.toml` of the data directory, readable by
 * the server's user only. They are never made for a deployment with several processes on MongoDB: each would invent
 * its own, so there they have to be given. Losing the file makes stored files unreadable and ends push subscriptions.
 */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { chmodSync, linkSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { LoadedSettings } from "@lib/settings/load-settings.ts";
import { parseToml, readTextFile } from "@lib/settings/read-layers.ts";
import { SettingsError } from "@lib/settings/settings-error.ts";

const Secrets = z.object({
  files: z.object({ encryption_key: z.string().min(1) }),
  pushd: z.object({ vapid: z.object({ private_key: z.string().min(1), public_key: z.string().min(1) }) }),
});

/** What is generated; the shape is that of the settings. */
export type Secrets = z.output<typeof Secrets>;

/**
 * Completes settings with the machine's secrets where none are configured, making them at the first start.
 * Throws a `SettingsError` when the file is damaged or cannot be read.
 */
export function ensureSecrets<T extends Pick<LoadedSettings, "settings" | "origins">>(
  loaded: T,
  generate: () => Secrets = generateSecrets,
): T {
  const { settings } = loaded;
  const needsKey = settings.files.encryption_key === "";
  const needsVapid = settings.pushd.vapid.private_key === "";
  if ((!needsKey && !needsVapid) || settings.ermine.store.startsWith("mongodb")) return loaded;

  const path = join(settings.ermine.data_dir, "secrets.toml");
  const isVolatile = settings.ermine.store === "sqlite::memory:";
  const secrets = readSecrets(path) ?? (isVolatile ? generate() : createSecrets(path, generate()));
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
export function generateSecrets(): Secrets {
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

function readSecrets(path: string): Secrets | null {
  const problem = (reason: string, cause?: unknown): never => {
    throw new SettingsError([{ key: "", source: path, reason }], { cause });
  };
  let content: string | null = null;
  try {
    content = readTextFile(path);
    if (content === null) return null;
    if (statSync(path).mode & 0o077) chmodSync(path, 0o600);
  } catch (error) {
    problem("cannot be read by this user", error);
  }
  try {
    return Secrets.parse(parseToml(content ?? ""));
  } catch (error) {
    return problem("is damaged; restore it from a backup, stored files need its key", error);
  }
}

/** Writes the file whole or not at all, and yields to another process that made one at the same time. */
function createSecrets(path: string, secrets: Secrets): Secrets {
  mkdirSync(join(path, ".."), { recursive: true, mode: 0o700 });
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
