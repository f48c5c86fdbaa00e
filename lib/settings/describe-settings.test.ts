import { describe, expect, test } from "bun:test";
import { describeSettings, withoutSecrets } from "@lib/settings/describe-settings.ts";
import { exampleToml } from "@lib/settings/example-toml.ts";
import { loadSettings } from "@lib/settings/load-settings.ts";
import { listSettingKeys } from "@lib/settings/setting-keys.ts";
import { Settings } from "@lib/settings/settings.ts";

const described = (env: Record<string, string>) => {
  const rows = describeSettings(loadSettings({ cwd: "/", env, readFile: () => null }));
  return Object.fromEntries(rows.map(({ key, value, origin }) => [key, `${value} (${origin})`]));
};

describe("effective settings", () => {
  test("P24: each is shown with its origin", () => {
    const rows = described({ REVOLT__ENVIRONMENT: "live", ERMINE__PUBLIC_URL: "https://chat.example" });
    expect(rows["environment"]).toBe('"live" (environment variable REVOLT__ENVIRONMENT)');
    expect(rows["hosts.api"]).toBe('"https://chat.example/api" (follows from ermine.public_url)');
    expect(rows["rabbit.port"]).toBe("5672 (default)");
    expect(rows["api.smtp.port"]).toBe("(unset) (default)");
  });

  test("P17: secrets are hidden, and so are credentials inside URLs", () => {
    const shown = described({
      REVOLT__API__SMTP__PASSWORD: "hunter2",
      REVOLT__API__SECURITY__ADMIN_KEYS: "hunter2",
      REVOLT__DATABASE__MONGODB: "mongodb://u:hunter2@a,b/?replicaSet=rs0",
      REVOLT__DATABASE__REDIS: "redis://:hunter2@redis/",
      REVOLT__API__LIVEKIT__NODES__EU__URL: "http://livekit",
      REVOLT__API__LIVEKIT__NODES__EU__LAT: "0",
      REVOLT__API__LIVEKIT__NODES__EU__LON: "0",
      REVOLT__API__LIVEKIT__NODES__EU__KEY: "hunter2",
      REVOLT__API__LIVEKIT__NODES__EU__SECRET: "hunter2",
      REVOLT__HOSTS__LIVEKIT__EU: "wss://chat.example/livekit",
    });
    expect(JSON.stringify(shown)).not.toContain("hunter2");
    expect(shown["ermine.store"]).toBe('"mongodb://***@a,b/?replicaSet=rs0" (follows from database.mongodb)');
    expect(shown["api.livekit.nodes.eu.secret"]).toStartWith("(secret)");
    expect(shown["hosts.livekit.eu"]).toStartWith('"wss://chat.example/livekit"');
    expect(withoutSecrets("redis://redis/")).toBe("redis://redis/");
  });

  test.each(["hunter2/mongo", "hunter2@mongo", "/hunter2", "?hunter2", "hunter2 two"])(
    "P17: also a password that should have been encoded: %s",
    (password) => {
      expect(withoutSecrets(`mongodb://ermine:${password}@a,b/?w=1`)).toBe("mongodb://***@a,b/?w=1");
    },
  );

  test("P17: also a secret of the query that holds an @", () => {
    const hidden = withoutSecrets("mongodb://a,b/?tlsCertificateKeyFilePassword=secret@hunter2&w=1");
    expect(hidden).toBe("mongodb://***@&w=1");
  });

  test("every setting says what it is for, and secrets by name are marked as such", () => {
    const keys = listSettingKeys();
    expect(keys.length).toBeGreaterThan(150);
    expect(keys.filter(({ description }) => description === "").map(({ key }) => key)).toEqual([]);
    const bySecretName = keys.filter(({ key }) =>
      /\.(password|secret|secret_access_key|private_key|encryption_key)$/.test(key),
    );
    expect(bySecretName.filter(({ secret }) => secret !== true).map(({ key }) => key)).toEqual([]);
  });
});

describe("the example file", () => {
  test("changes nothing as it is", () => {
    const files: Record<string, string> = { "/Ermine.toml": exampleToml() };
    const { settings } = loadSettings({ cwd: "/", env: {}, readFile: (path) => files[path] ?? null });
    expect(settings).toEqual(Settings.parse({}));
  });

  test("holds every default as it is in force", () => {
    const uncommented = exampleToml().replaceAll(/^#(?=\S+ = )/gm, "");
    const files: Record<string, string> = { "/Ermine.toml": uncommented };
    const { settings, origins } = loadSettings({ cwd: "/", env: {}, readFile: (path) => files[path] ?? null });
    expect(settings).toEqual(Settings.parse({}));
    expect(origins.size).toBeGreaterThan(120);
  });
});
