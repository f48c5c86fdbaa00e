import { describe, expect, test } from "bun:test";
import * as contract from "@lib/contract/root.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type SettingsInput, testApi } from "@tests/harness/test-api.ts";

async function query(settings: SettingsInput = {}) {
  await using api = await testApi({ settings });
  return await api.client.call(contract.queryNode, {}); // before the API ends
}

const node = { url: "http://livekit:7880", lat: 1.5, lon: -2, key: "key", secret: "secret" };

describe("GET /", () => {
  test.each(profiles)(
    "accounts-1: 200 without headers, with every key of the root document, $name",
    async (profile) => {
      await using api = await testApi({ profile });
      const config = await api.client.call(contract.queryNode, {});
      expect(Object.keys(config).sort()).toEqual(["app", "build", "features", "revolt", "vapid", "ws"]);
      const features = ["autumn", "captcha", "email", "invite_only", "january", "legal_links", "limits", "livekit"];
      expect(Object.keys(config.features).sort()).toEqual(features);
      expect(config.revolt).toBe("0.15.1");
      expect(config.features.email).toBe(false);
      expect(await api.takeEventTypes()).toEqual([]);
    },
  );

  test("settings-18: what is not configured is off, and files are on", async () => {
    const { features } = await query();
    expect(features).toMatchObject({ email: false, captcha: { enabled: false }, invite_only: false });
    // Turned around until there is a file server: what is not there is not announced.
    expect(features.autumn).toEqual({ enabled: false, url: "" });
    expect(features.livekit).toEqual({ enabled: false, nodes: [] });
  });

  test("settings-19: a mail server and a captcha are announced", async () => {
    const captcha = { hcaptcha_key: "secret key", hcaptcha_sitekey: "site key" };
    const { features } = await query({ api: { smtp: { host: "mail.test" }, security: { captcha } } });
    expect(features.email).toBe(true);
    expect(features.captcha).toEqual({ enabled: true, key: "site key" });
    expect(JSON.stringify(features)).not.toContain("secret key");
  });

  test("accounts-2, settings-20: voice nodes are listed with their public address, private ones are not", async () => {
    const settings = {
      hosts: { livekit: { worldwide: "wss://voice.test", hidden: "wss://hidden.test" } },
      api: { livekit: { nodes: { worldwide: node, hidden: { ...node, private: true }, unreachable: node } } },
    };
    const { features } = await query(settings);
    const worldwide = { name: "worldwide", lat: 1.5, lon: -2, public_url: "wss://voice.test" };
    expect(features.livekit).toEqual({ enabled: true, nodes: [worldwide] });
  });

  test("settings-21: limits are those of the settings", async () => {
    const restrict_server_creation = ["01GZZZZZZZZZZZZZZZZZZZZZZZ"];
    const limits = {
      global: { group_size: 7, restrict_server_creation },
      new_user: { bots: 1 },
      default: { servers: 9 },
    };
    const { features } = await query({ features: { limits } });
    expect(features.limits.global).toMatchObject({ group_size: 7, restrict_server_creation, message_embeds: 5 });
    expect(features.limits.new_user).toMatchObject({ bots: 1, servers: 50, video_resolution: [1080, 720] });
    expect(features.limits.default).toMatchObject({ servers: 9, video_aspect_ratio: [0.3, 2.5] });
    expect(features.limits.default.file_upload_size_limits).toEqual({
      attachments: 20_000_000,
      avatars: 4_000_000,
      backgrounds: 6_000_000,
      icons: 2_500_000,
      banners: 6_000_000,
      emojis: 500_000,
    });
  });

  test("the build is told as far as it is known", async () => {
    await using api = await testApi();
    const unknown = "<failed to generate>";
    const rest = { commit_timestamp: unknown, semver: unknown, origin_url: unknown, timestamp: unknown };
    const read = async () => (await api.client.call(contract.queryNode, {})).build;
    expect(await read()).toEqual({ commit_sha: unknown, ...rest });
    api.deps.build = Promise.resolve({ commit_sha: "abc", ...rest });
    expect(await read()).toEqual({ commit_sha: "abc", ...rest });
  });

  test("settings-22, settings-23: addresses, the push key and legal links are those of the settings", async () => {
    const legal_links = { terms_of_service: "https://t.test", privacy_policy: "https://p.test", guidelines: "" };
    const config = await query({
      hosts: { app: "https://app.test", events: "wss://events.test", january: "" },
      pushd: { vapid: { public_key: "public" } },
      features: { legal_links },
    });
    expect(config).toMatchObject({ app: "https://app.test", ws: "wss://events.test", vapid: "public" });
    expect(config.features.january).toEqual({ enabled: false, url: "" });
    expect(config.features.legal_links).toEqual(legal_links);
  });
});
