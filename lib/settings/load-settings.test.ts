import { describe, expect, test } from "bun:test";
import { type LoadedSettings, loadSettings } from "@lib/settings/load-settings.ts";
import { SettingsError } from "@lib/settings/settings-error.ts";
import { Settings } from "@lib/settings/settings.ts";

type World = { files?: Record<string, string>; env?: Record<string, string>; cwd?: string };

/** Loads settings in a world made of exactly these files and variables. */
function load({ files = {}, env = {}, cwd = "/srv/chat" }: World = {}): LoadedSettings {
  return loadSettings({ cwd, env, readFile: (path) => files[path] ?? null });
}

function problemsOf(world: World): string[] {
  try {
    load(world);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems.map(({ key, source }) => `${key} <- ${source}`);
    throw error;
  }
  return [];
}

const node = "url = 'http://livekit:7880'\nlat = 0.0\nlon = 0.0\nsecret = 's'\n";

describe("loading", () => {
  test("settings-1: without files and environment the defaults of the schema are in force", () => {
    const { settings, origins } = load();
    expect(settings).toEqual(Settings.parse({}));
    expect(origins.size).toBe(0);
    expect(settings.environment).toBe("dev");
    expect(settings.rabbit).toMatchObject({ host: "rabbit", port: 5672, default_exchange: "revolt.default" });
    expect(settings.api.smtp.expiry.expire_verification).toBe(604_800);
    expect(settings.features.limits.global).toEqual({
      group_size: 100,
      message_embeds: 5,
      message_replies: 5,
      message_reactions: 20,
      server_emoji: 100,
      server_roles: 200,
      server_channels: 200,
      new_user_hours: 72,
      body_limit_size: 20_000_000,
      restrict_server_creation: [],
    });
    expect(settings.features.limits.new_user).toMatchObject({ servers: 50, bots: 2, video_resolution: [1080, 720] });
    expect(settings.features.limits.default).toMatchObject({ servers: 100, bots: 5, video_resolution: [1280, 720] });
  });

  test("settings-1, P17: a fresh machine has embedded drivers, local addresses, and no secret of anybody's", () => {
    const { settings } = load();
    const { store, bus, keys, mail } = settings.ermine;
    expect({ store, bus, keys, mail }).toEqual({
      store: "sqlite:./data/ermine.db",
      bus: "memory:",
      keys: "memory:",
      mail: "outbox:./data/outbox",
    });
    expect(settings.hosts.api).toBe("http://localhost:14700/api");
    const secrets = [settings.files.encryption_key, settings.pushd.vapid.private_key, settings.rabbit.password];
    expect([...secrets, settings.files.s3.secret_access_key]).toEqual(["", "", "", ""]);
  });

  test("settings-2: a file with one key changes that key and nothing else", () => {
    const { settings } = load({ files: { "/srv/chat/Revolt.toml": "[api.registration]\ninvite_only = true" } });
    const expected = Settings.parse({});
    expected.api.registration.invite_only = true;
    expect(settings).toEqual(expected);
  });

  test("settings-3: the overrides beat Revolt.toml of the same directory, and Ermine.toml beats both", () => {
    const files = {
      "/srv/chat/Revolt.toml": "environment = 'a'\n[rabbit]\nhost = 'a'\nusername = 'a'",
      "/srv/chat/Revolt.overrides.toml": "environment = 'b'\n[rabbit]\nhost = 'b'",
      "/srv/chat/Ermine.toml": "environment = 'c'",
    };
    const { environment, rabbit } = load({ files }).settings;
    expect([environment, rabbit.host, rabbit.username]).toEqual(["c", "b", "a"]);
  });

  test("settings-4: a parent's file beats the working directory's, and the one at the root beats both", () => {
    const files: Record<string, string> = {
      "/srv/chat/Revolt.overrides.toml": "environment = 'child'",
      "/srv/Revolt.toml": "environment = 'parent'",
    };
    expect(load({ files }).settings.environment).toBe("parent");
    files["/Revolt.toml"] = "environment = 'root'";
    expect(load({ files }).settings.environment).toBe("root");
  });

  test.each(["true", "1", "on", "yes", "YES"])("settings-5: the environment beats all files; %p is true", (value) => {
    const files = { "/Revolt.toml": "[api.registration]\ninvite_only = false" };
    const env = { REVOLT__API__REGISTRATION__INVITE_ONLY: value };
    expect(load({ files, env }).settings.api.registration.invite_only).toBe(true);
  });

  test("settings-6: a number in the environment is a number", () => {
    expect(load({ env: { REVOLT__RABBIT__PORT: "5673" } }).settings.rabbit.port).toBe(5673);
  });

  test("settings-7: the environment completes a LiveKit node of a file", () => {
    const files = {
      "/Revolt.toml": `[hosts.livekit]\nworldwide = "wss://chat.example/livekit"\n[api.livekit.nodes.worldwide]\n${node}`,
    };
    const env = { REVOLT__API__LIVEKIT__NODES__WORLDWIDE__KEY: "abc" };
    expect(load({ files, env }).settings.api.livekit.nodes).toEqual({
      worldwide: { url: "http://livekit:7880", lat: 0, lon: 0, key: "abc", secret: "s", private: false },
    });
    expect(problemsOf({ files })).toEqual(["api.livekit.nodes.worldwide.key <- /Revolt.toml"]);
  });

  test("settings-8: variables work in lower case, and ERMINE__ reaches our table", () => {
    const { settings } = load({ env: { revolt__api__smtp__host: "mail.example", Ermine__Log_Level: "debug" } });
    expect(settings.api.smtp.host).toBe("mail.example");
    expect(settings.ermine.log_level).toBe("debug");
  });

  test("settings-9, P24: keys that the reference ships without effect are accepted and named, others stop the start", () => {
    const shipped = "[hosts]\ngifbox = 'https://chat.example/gifbox'\nvoso_legacy = 'x'\n[sentry]\napi = 'https://dsn'";
    expect(load({ files: { "/Revolt.toml": shipped } }).ignored).toEqual(["hosts.voso_legacy", "sentry.api"]);
    expect(problemsOf({ files: { "/Revolt.toml": "[hosts]\ngifbocks = 'x'" }, env: { REVOLT__NOPE__A: "1" } })).toEqual(
      ["hosts.gifbocks <- /Revolt.toml", "nope <- environment variable REVOLT__NOPE__A"],
    );
  });

  test.each(["redis://:p#ss:word@host", "redis://host:99999", "rediss://host/zero", "redis://[::1"])(
    "P24: %p is no Redis server, and the key is named",
    (url) => {
      expect(problemsOf({ env: { ERMINE__BUS: url } })).toEqual(["ermine.bus <- environment variable ERMINE__BUS"]);
      expect(problemsOf({ env: { REVOLT__DATABASE__REDIS_PUBSUB: url } })).toEqual([
        "database.redis_pubsub <- environment variable REVOLT__DATABASE__REDIS_PUBSUB",
      ]);
    },
  );

  test.each(["redis://host", "redis:///", "rediss://user:p%23ss@[::1]:6380/3"])("%p is a Redis server", (url) => {
    expect(load({ env: { ERMINE__BUS: url, ERMINE__KEYS: url } }).settings.ermine.bus).toBe(url);
  });

  test("settings-10, P24: a wrong type stops the start with key, file and reason", () => {
    const files = { "/srv/Revolt.toml": "[features.limits.global]\ngroup_size = 'many'\n[rabbit]\nhost = 5" };
    expect(() => load({ files })).toThrow(
      /features\.limits\.global\.group_size \(\/srv\/Revolt\.toml\): must be a whole number/,
    );
    expect(problemsOf({ files })).toHaveLength(2);
  });

  test("settings-11: a partial limit set keeps the other defaults; a further set must be complete", () => {
    const partial = { "/Revolt.toml": "[features.limits.default]\nbots = 9" };
    expect(load({ files: partial }).settings.features.limits.default).toMatchObject({ bots: 9, servers: 100 });
    const premium = { "/Revolt.toml": "[features.limits.premium]\nbots = 9" };
    expect(problemsOf({ files: premium })).toContain("features.limits.premium.servers <- /Revolt.toml");
  });

  test("settings-12: lists are replaced, not joined", () => {
    const files = {
      "/srv/chat/Revolt.toml": "[files]\nblocked_mime_types = ['a/a', 'b/b']",
      "/Revolt.toml": "[files]\nblocked_mime_types = ['c/c']",
    };
    expect(load({ files }).settings.files.blocked_mime_types).toEqual(["c/c"]);
  });

  test("settings-13: TEST_DB brings test defaults, beaten by the test overrides, beaten by the environment", () => {
    const env: Record<string, string> = { TEST_DB: "REFERENCE" };
    const files: Record<string, string> = {};
    const { settings } = load({ env, files });
    expect([settings.environment, settings.features.webhooks_enabled, settings.api.smtp.port]).toEqual([
      "test",
      true,
      14025,
    ]);
    expect(settings.ermine.store).toBe("sqlite::memory:");
    files["/srv/Revolt.test-overrides.toml"] = "environment = 'overrides'";
    expect(load({ env, files }).settings.environment).toBe("overrides");
    env["REVOLT__ENVIRONMENT"] = "variable";
    expect(load({ env, files }).settings.environment).toBe("variable");
    expect(problemsOf({ env: { TEST_DB: "maybe" } })).toEqual(["TEST_DB <- environment variable TEST_DB"]);
  });

  test.each([
    ["https://api.stoat.chat", true],
    ["https://app.revolt.chat/api", true],
    ["http://api.stoat.chat", false],
    ["https://chat.example/api", false],
  ])("settings-14: with the API at %p production is %p", (api, production) => {
    const files = { "/Revolt.toml": `production = false\n[hosts]\napi = "${api}"` };
    expect(load({ files }).settings.production).toBe(production);
  });

  test("settings-15, P14: database.redis chooses bus and keys, and REDIS_URI wins over it", () => {
    const files = { "/Revolt.toml": "[database]\nredis = 'redis://redis/'" };
    const drivers = (env: Record<string, string>) => {
      const { bus, keys } = load({ files, env }).settings.ermine;
      return [bus, keys];
    };
    expect(drivers({})).toEqual(["redis://redis/", "redis://redis/"]);
    expect(drivers({ REDIS_URI: "redis://other/" })).toEqual(["redis://other/", "redis://other/"]);
  });

  test("settings-16: an empty database.mongodb means storage in memory; a URL means MongoDB", () => {
    expect(load({ env: { REVOLT__DATABASE__MONGODB: "" } }).settings.ermine.store).toBe("sqlite::memory:");
    const url = "mongodb://u:p@a,b/?replicaSet=rs0";
    expect(load({ env: { REVOLT__DATABASE__MONGODB: url } }).settings.ermine.store).toBe(url);
  });

  test("P14: the database on MongoDB is `revolt`, whatever the URL says, unless another is named", () => {
    const files = { "/Revolt.toml": "[database]\nmongodb = 'mongodb://u:p@a/admin'" };
    expect(load({ files }).settings.ermine.store_database).toBe("revolt");
    expect(load({ files, env: { ERMINE__STORE_DATABASE: "b" } }).settings.ermine.store_database).toBe("b");
  });

  test("settings-17: a file that changes later changes nothing", () => {
    const files = { "/Revolt.toml": "environment = 'before'" };
    const { settings } = load({ files });
    files["/Revolt.toml"] = "environment = 'after'";
    expect(settings.environment).toBe("before");
  });

  test("data-79: NO_CLEAR_PRESENCE=1 keeps the sessions of a former run", () => {
    expect(load({ env: {} }).settings.ermine.gateway.clear_presence).toBe(true);
    expect(load({ env: { NO_CLEAR_PRESENCE: "1" } }).settings.ermine.gateway.clear_presence).toBe(false);
  });

  test("settings-55: HOST moves the gateway when it is an address and port, REGION_ID names its region", () => {
    const { ermine } = load({ env: { HOST: "127.0.0.1:9999", REGION_ID: "2" } }).settings;
    expect([ermine.services.bonfire, ermine.gateway.region]).toEqual(["127.0.0.1:9999", 2]);
    expect(load({ env: { HOST: "my-machine" } }).settings.ermine.services.bonfire).toBe("0.0.0.0:14703");
  });
});

describe("what follows from other settings", () => {
  test("the addresses of what runs follow from ermine.public_url; of what does not, they are empty unless set", () => {
    const env = { ERMINE__PUBLIC_URL: "https://chat.example/", REVOLT__HOSTS__AUTUMN: "https://files.example" };
    expect(load({ env }).settings.hosts).toMatchObject({
      app: "https://chat.example",
      api: "https://chat.example/api",
      events: "wss://chat.example/ws",
      autumn: "https://files.example",
      january: "",
    });
  });

  test("another port is part of the addresses", () => {
    expect(load({ env: { ERMINE__LISTEN: "0.0.0.0:8080" } }).settings.hosts.api).toBe("http://localhost:8080/api");
  });

  test("database and outbox follow the data directory", () => {
    const { store, mail } = load({ env: { ERMINE__DATA_DIR: "/var/lib/ermine/" } }).settings.ermine;
    expect([store, mail]).toEqual(["sqlite:/var/lib/ermine/ermine.db", "outbox:/var/lib/ermine/outbox"]);
  });

  test("a mail server chooses SMTP", () => {
    expect(load({ env: { REVOLT__API__SMTP__HOST: "mail.example" } }).settings.ermine.mail).toBe("smtp:");
  });

  test("an address with a slash at its end loses it", () => {
    expect(load({ env: { REVOLT__HOSTS__APP: "https://chat.example/" } }).settings.hosts.app).toBe(
      "https://chat.example",
    );
  });

  test("P16: trusted proxies are loopback only, and can be listed in a variable", () => {
    expect(load().settings.ermine.trusted_proxies).toEqual(["127.0.0.0/8", "::1/128"]);
    const env = { ERMINE__TRUSTED_PROXIES: "10.0.0.0/8, fd00::/8" };
    expect(load({ env }).settings.ermine.trusted_proxies).toEqual(["10.0.0.0/8", "fd00::/8"]);
  });
});

describe("P24: settings that contradict each other stop the start", () => {
  const variables = (env: Record<string, string>) =>
    problemsOf({ env }).map((problem) => problem.split(" <- ")[0] ?? "");

  test.each<[string, string, Record<string, string>, Record<string, string>]>([
    ["two stores", "ermine.store", { ERMINE__STORE: "sqlite:a.db" }, { REVOLT__DATABASE__MONGODB: "mongodb://a" }],
    ["a database name without MongoDB", "ermine.store_database", { ERMINE__STORE_DATABASE: "a" }, {}],
    ["bus in memory beside Redis", "ermine.bus", { ERMINE__BUS: "memory:" }, { REVOLT__DATABASE__REDIS: "redis://a" }],
    ["SMTP without a server", "ermine.mail", { ERMINE__MAIL: "smtp:" }, {}],
    [
      "STARTTLS without TLS",
      "api.smtp.use_tls",
      { REVOLT__API__SMTP__USE_TLS: "false" },
      { REVOLT__API__SMTP__USE_STARTTLS: "true" },
    ],
    ["half a key pair", "pushd.vapid.private_key", { REVOLT__PUSHD__VAPID__PRIVATE_KEY: "x" }, {}],
    [
      "an upload limit that the body limit makes unreachable",
      "features.limits.default.file_upload_size_limit.attachments",
      { REVOLT__FEATURES__LIMITS__DEFAULT__FILE_UPLOAD_SIZE_LIMIT__ATTACHMENTS: "30000000" },
      {},
    ],
    ["one address for public and private", "ermine.private_listen", { ERMINE__PRIVATE_LISTEN: "127.0.0.1:14700" }, {}],
  ])("%s: names %s", (_, key, env, other) => {
    expect(variables({ ...other, ...env })).toEqual([key]);
    if (Object.keys(other).length > 0) expect(variables(other)).toEqual([]);
  });

  test("a listed voice node without a public address", () => {
    const files = { "/Revolt.toml": `[api.livekit.nodes.eu]\n${node}key = 'k'` };
    expect(problemsOf({ files })).toEqual(["api.livekit.nodes.eu <- /Revolt.toml"]);
    expect(
      load({ files: { "/Revolt.toml": `${files["/Revolt.toml"]}\nprivate = true` } }).settings.api.livekit.nodes,
    ).toHaveProperty("eu");
  });

  test.each<[string, string]>([
    ["ERMINE__LISTEN", "localhost"],
    ["ERMINE__LISTEN", "127.0.0.1:99999"],
    ["ERMINE__TRUSTED_PROXIES", "10.0.0.0/33"],
    ["ERMINE__TRUSTED_PROXIES", "proxy.example"],
    ["ERMINE__GATEWAY__GATHER_MS", "6"],
    ["ERMINE__PUBLIC_URL", "chat.example"],
    ["ERMINE__STORE", "postgres://a"],
    ["ERMINE__STORE_DATABASE", "a.b"],
    ["REVOLT__HOSTS__EVENTS", "https://chat.example/ws"],
    ["REVOLT__FILES__ENCRYPTION_KEY", "c2hvcnQ="],
    ["REVOLT__API__SMTP__FROM_ADDRESS", "nobody"],
    ["REVOLT__RABBIT__PORT", ""],
    ["REVOLT__FEATURES__LIMITS__GLOBAL__GROUP_SIZE", "-1"],
  ])("a bad value names its variable: %s=%s", (name, value) => {
    expect(problemsOf({ env: { [name]: value } })[0]).toEndWith(`<- environment variable ${name}`);
  });

  test.each([
    ["ermine.trusted_proxies", "['10.0.0.0/8', '10.0.0/8']", 1, "must be an IP address or a range such as 10.0.0.0/8"],
    ["features.limits.global.restrict_server_creation", "[1]", 0, "must be text"],
    ["features.limits.default.video_resolution", "['a', 2]", 0, "must be a whole number"],
  ])("a bad item of the list %s is not missing", (key, list, item, reason) => {
    const files = { "/Revolt.toml": `${key} = ${list}` };
    expect(() => load({ files })).toThrow(`\n  ${key}.${item} (/Revolt.toml): ${reason}`);
  });

  test("a bad item of a list in a variable is not missing", () => {
    expect(() => load({ env: { ERMINE__TRUSTED_PROXIES: "10.0.0/8" } })).toThrow(
      "ermine.trusted_proxies.0 (environment variable ERMINE__TRUSTED_PROXIES): must be an IP address",
    );
  });

  test("a file that is not TOML is named with its line", () => {
    expect(() => load({ files: { "/Revolt.toml": "a = 1\nb =\n" } })).toThrow(/\/Revolt\.toml: .*line 2/);
  });

  test("a file that cannot be read is named", () => {
    const readFile = (path: string) => {
      if (path !== "/Revolt.toml") return null;
      throw new Error("EACCES: permission denied");
    };
    expect(() => loadSettings({ cwd: "/", env: {}, readFile })).toThrow(/\/Revolt\.toml: EACCES/);
  });

  test("P17: no problem repeats a value", () => {
    const env = { REVOLT__DATABASE__MONGODB: "postgres://u:hunter2@db", REVOLT__RABBIT__PORT: "hunter2" };
    expect(() => load({ env })).toThrow(/^(?!.*hunter2)/s);
    expect(problemsOf({ env })).toHaveLength(3);
  });

  test.each([
    ["password = hunter2-smtp", "Strings must be quoted (line 2)"],
    ['password = "hunter2\\qa"', "Invalid escape sequence (line 2)"],
    ["password = 1hunter2", "Unexpected character after a value (line 2)"],
    ["password = 'a'\n\"hunter'2\" = 1\n\"hunter'2\" = 2", "Cannot redefine key (line 4)"],
    ["password 'hunter2'", "Expected '=' after a key (line 2)"],
    ["password = @hunter2", "Expected a value (line 2)"],
    ["password =", "Missing value after '='; values must be on the same line (line 2)"],
  ])("P17: a file that is not TOML is no reason to repeat its values: %s", (line, reason) => {
    const files = { "/Ermine.toml": `[api.smtp]\n${line}\n` };
    expect(() => load({ files })).toThrow(`\n  /Ermine.toml: TOML Parse error: ${reason}`);
    expect(() => load({ files })).toThrow(/^(?!.*hunter)/s);
  });
});
