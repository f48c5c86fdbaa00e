import { describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeSettings } from "@lib/settings/describe-settings.ts";
import { loadSettings } from "@lib/settings/load-settings.ts";
import { addSecrets, ensureSecrets } from "@lib/settings/secrets.ts";

function machine() {
  const root = mkdtempSync(join(tmpdir(), "ermine-secrets-"));
  const directory = join(root, "data");
  const load = (env: Record<string, string> = {}) =>
    loadSettings({ cwd: root, env: { ERMINE__DATA_DIR: directory, ...env }, readFile: () => null });
  return {
    root,
    directory,
    path: join(directory, "secrets.toml"),
    start: (env?: Record<string, string>) => ensureSecrets(load(env)),
    show: () => addSecrets(load()),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

describe("P17: secrets of a fresh machine", () => {
  test("are made at the first start, kept for the next, and readable by nobody else", () => {
    using fresh = machine();
    const first = fresh.start();
    expect(Buffer.from(first.settings.files.encryption_key, "base64")).toHaveLength(32);
    expect(fresh.start().settings).toEqual(first.settings);
    expect(statSync(fresh.path).mode & 0o777).toBe(0o600);
    expect(readdirSync(fresh.directory)).toEqual(["secrets.toml"]);
  });

  test("differ from machine to machine", () => {
    using one = machine();
    using other = machine();
    expect(one.start().settings.files.encryption_key).not.toBe(other.start().settings.files.encryption_key);
  });

  test("hold a P-256 pair in the encodings of Web Push", () => {
    using fresh = machine();
    const { private_key, public_key } = fresh.start().settings.pushd.vapid;
    const key = createPrivateKey(Buffer.from(private_key, "base64").toString());
    const point = createPublicKey(key).export({ type: "spki", format: "der" }).subarray(-65);
    expect(public_key).toBe(Buffer.from(point).toString("base64url"));
    expect(private_key).not.toContain("=");
  });

  test("are never printed", () => {
    using fresh = machine();
    const loaded = fresh.start();
    const text = JSON.stringify(describeSettings(loaded));
    expect(text).not.toContain(loaded.settings.files.encryption_key);
    expect(text).not.toContain(loaded.settings.pushd.vapid.private_key);
    expect(text).toContain("generated, kept in");
  });

  test("that are configured stay as they are", () => {
    using fresh = machine();
    const key = Buffer.alloc(32, 7).toString("base64");
    const { settings } = fresh.start({ REVOLT__FILES__ENCRYPTION_KEY: key });
    expect(settings.files.encryption_key).toBe(key);
    expect(settings.pushd.vapid.private_key).not.toBe("");
  });

  test("are not invented for processes on MongoDB, nor written for storage in memory", () => {
    using fresh = machine();
    expect(fresh.start({ REVOLT__DATABASE__MONGODB: "mongodb://a" }).settings.files.encryption_key).toBe("");
    expect(fresh.start({ REVOLT__DATABASE__MONGODB: "" }).settings.files.encryption_key).not.toBe("");
    expect(() => readFileSync(fresh.path)).toThrow("ENOENT");
  });

  test("in a damaged file stop the start and are not replaced", () => {
    using fresh = machine();
    fresh.start();
    writeFileSync(fresh.path, "[files]\n");
    expect(() => fresh.start()).toThrow(/secrets\.toml: is damaged/);
    expect(readFileSync(fresh.path, "utf8")).toBe("[files]\n");
  });

  test("that others could read are locked again", () => {
    using fresh = machine();
    fresh.start();
    chmodSync(fresh.path, 0o644);
    fresh.start();
    expect(statSync(fresh.path).mode & 0o777).toBe(0o600);
  });

  test.skipIf(process.geteuid?.() !== 0)("in a file of somebody else, as one that is mounted, are used", () => {
    using fresh = machine();
    const first = fresh.start();
    for (const path of [fresh.root, fresh.directory]) chmodSync(path, 0o755);
    chmodSync(fresh.path, 0o644);
    expect(asNobody(() => fresh.start()).settings).toEqual(first.settings);
  });

  test("P24: that cannot be kept stop the start with the folder and why", () => {
    using fresh = machine();
    writeFileSync(fresh.directory, "");
    expect(() => fresh.start()).toThrow(`ermine.data_dir (${fresh.directory}): cannot be written to: EEXIST`);
  });

  test("are shown as they are: none are made for it, and none locked", () => {
    using fresh = machine();
    expect(fresh.show().settings.files.encryption_key).toBe("");
    expect(readdirSync(fresh.root)).toEqual([]);

    const { settings } = fresh.start();
    chmodSync(fresh.path, 0o644);
    expect(fresh.show().settings).toEqual(settings);
    expect(statSync(fresh.path).mode & 0o777).toBe(0o644);
  });
});

/** Runs at once as a user who owns nothing. */
function asNobody<T>(run: () => T): T {
  process.seteuid?.(65_534);
  try {
    return run();
  } finally {
    process.seteuid?.(0);
  }
}
