import type { Problem } from "@lib/settings/settings-error.ts";
import { type Origin, originOf, originText } from "@lib/settings/settings-tree.ts";
import { STOAT_DATABASE } from "@lib/settings/sections/ermine-settings.ts";
import type { Settings } from "@lib/settings/settings.ts";
import { storeOfMongodb } from "@lib/settings/volatile-store.ts";

/** Settings that are valid each on its own and contradict each other (P24). */
export function checkSettings(settings: Settings, origins: ReadonlyMap<string, Origin>): Problem[] {
  const problems: Problem[] = [];
  const report = (key: string, reason: string) =>
    problems.push({ key, source: originText(originOf(origins, key)), reason });
  const isSet = (key: string) => ["file", "environment"].includes(originOf(origins, key).kind) && origins.has(key);

  checkDrivers(settings, isSet, report);
  checkMail(settings, report);
  checkPush(settings, report);
  checkVoice(settings, report);
  checkLimits(settings, report);
  checkListeners(settings, report);
  return problems;
}

type Report = (key: string, reason: string) => void;

function checkDrivers({ database, ermine }: Settings, isSet: (key: string) => boolean, report: Report): void {
  const { mongodb, redis } = database;
  if (isSet("ermine.store") && mongodb !== undefined && ermine.store !== storeOfMongodb(mongodb)) {
    report("ermine.store", "contradicts database.mongodb, which chooses another store; set one of them");
  }
  if (ermine.store_database !== STOAT_DATABASE && !ermine.store.startsWith("mongodb")) {
    report("ermine.store_database", "has no effect without MongoDB");
  }
  for (const name of ["bus", "keys"] as const) {
    if (isSet(`ermine.${name}`) && redis !== undefined && ermine[name].startsWith("memory:")) {
      report(`ermine.${name}`, "contradicts database.redis; unset one of them");
    }
  }
  if (database.redis_pubsub !== undefined && ermine.bus.startsWith("memory:")) {
    report("database.redis_pubsub", "has no effect without database.redis");
  }
}

function checkMail({ api: { smtp }, ermine }: Settings, report: Report): void {
  if (ermine.mail === "smtp:" && smtp.host === "") report("ermine.mail", "needs api.smtp.host");
  if (smtp.use_tls === false && smtp.use_starttls === true) {
    report("api.smtp.use_tls", "contradicts api.smtp.use_starttls = true, which requires encryption");
  }
}

function checkPush({ pushd: { vapid, apn } }: Settings, report: Report): void {
  if ((vapid.private_key === "") !== (vapid.public_key === "")) {
    report(
      vapid.private_key === "" ? "pushd.vapid.public_key" : "pushd.vapid.private_key",
      "needs the other half: private_key and public_key belong together",
    );
  }
  if (apn.pkcs8 !== "" && (apn.key_id === "" || apn.team_id === "")) {
    report("pushd.apn.pkcs8", "needs pushd.apn.key_id and pushd.apn.team_id");
  }
}

function checkVoice({ api, hosts }: Settings, report: Report): void {
  for (const [name, node] of Object.entries(api.livekit.nodes)) {
    if (!node.private && hosts.livekit[name] === undefined) {
      report(`api.livekit.nodes.${name}`, `needs its public address in hosts.livekit.${name}, or private = true`);
    }
  }
}

function checkLimits({ features: { limits } }: Settings, report: Report): void {
  for (const name of ["new_user", "default"] as const) {
    const set = limits[name];
    const [smallest, largest] = set.video_aspect_ratio;
    if (smallest > largest)
      report(`features.limits.${name}.video_aspect_ratio`, "the smallest ratio is above the largest");
    for (const [tag, bytes] of Object.entries(set.file_upload_size_limit)) {
      if (bytes <= limits.global.body_limit_size) continue;
      const key = `features.limits.${name}.file_upload_size_limit.${tag}`;
      report(key, "cannot be reached: it is above features.limits.global.body_limit_size");
    }
  }
}

function checkListeners({ ermine }: Settings, report: Report): void {
  if (ermine.private_listen === ermine.listen && !ermine.listen.endsWith(":0")) {
    report("ermine.private_listen", "is the public address; metrics and health need their own");
  }
}
