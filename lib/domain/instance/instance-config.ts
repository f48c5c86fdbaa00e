import { isMailOn } from "@lib/domain/accounts/account-mail.ts";
import type { Deps } from "@lib/domain/deps.ts";
import type { BuildInformation, RevoltConfig, UserLimits, VoiceFeature } from "@lib/model/instance.ts";
import type { UserLimits as UserLimitSettings } from "@lib/settings/limits.ts";
import type { Settings } from "@lib/settings/settings.ts";

/** The version of the protocol that is spoken, by which clients tell what they can use. */
const PROTOCOL_VERSION = "0.15.1";

const UNKNOWN = "<failed to generate>";

/** A build of which nothing is known, in the words that clients know. */
export const unknownBuild: BuildInformation = {
  commit_sha: UNKNOWN,
  commit_timestamp: UNKNOWN,
  semver: UNKNOWN,
  origin_url: UNKNOWN,
  timestamp: UNKNOWN,
};

/** What clients learn about this instance before anything else (conformance accounts-1, settings-18 to settings-23). */
export async function instanceConfig({ settings, build }: Pick<Deps, "settings" | "build">): Promise<RevoltConfig> {
  const { api, features, hosts, pushd } = settings;
  const { hcaptcha_key, hcaptcha_sitekey } = api.security.captcha;
  const { global, new_user, default: established } = features.limits;
  return {
    revolt: PROTOCOL_VERSION,
    features: {
      captcha: { enabled: hcaptcha_key !== "", key: hcaptcha_sitekey },
      email: isMailOn(settings),
      invite_only: api.registration.invite_only,
      autumn: { enabled: hosts.autumn !== "", url: hosts.autumn },
      january: { enabled: hosts.january !== "", url: hosts.january },
      livekit: voiceFeature(settings),
      limits: { global: { ...global }, new_user: userLimits(new_user), default: userLimits(established) },
      legal_links: { ...features.legal_links },
    },
    ws: hosts.events,
    app: hosts.app,
    vapid: pushd.vapid.public_key,
    build: await build,
  };
}

/** Nodes that clients can reach: those with a public address and not kept private (conformance accounts-2, settings-20). */
function voiceFeature({ api, hosts }: Pick<Settings, "api" | "hosts">): VoiceFeature {
  const nodes = Object.entries(api.livekit.nodes).flatMap(([name, { lat, lon, private: isPrivate }]) => {
    const public_url = hosts.livekit[name];
    return isPrivate || public_url === undefined ? [] : [{ name, lat, lon, public_url }];
  });
  return { enabled: Object.keys(hosts.livekit).length > 0, nodes };
}

function userLimits({ file_upload_size_limit, ...limits }: UserLimitSettings): UserLimits {
  return { ...limits, file_upload_size_limits: { ...file_upload_size_limit } };
}
