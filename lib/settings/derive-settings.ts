import { parseListen } from "@lib/settings/fields.ts";
import { type Origin, type Tree, putAt, valueAt } from "@lib/settings/settings-tree.ts";
import { storeOfMongodb } from "@lib/settings/volatile-store.ts";

/**
 * Fills settings that follow from others and were not set themselves: drivers from the servers of an existing
 * deployment (P14), public addresses from `ermine.public_url`, files from `ermine.data_dir`. Works before parsing, on
 * values that may still be wrong: what it cannot understand it leaves for the parser to report.
 */
export function deriveSettings(tree: Tree, origins: Map<string, Origin>): void {
  const given = (key: string): string | null => {
    const value = valueAt(tree, key);
    return typeof value === "string" ? value : null;
  };
  const follow = (key: string, value: string | boolean, from: string) => {
    if (valueAt(tree, key) !== undefined) return;
    putAt(tree, key, value);
    origins.set(key, { kind: "derived", name: from });
  };

  const mongodb = given("database.mongodb");
  if (mongodb !== null) follow("ermine.store", storeOfMongodb(mongodb), "database.mongodb");
  const redis = given("database.redis");
  if (redis !== null) {
    follow("ermine.bus", redis, "database.redis");
    follow("ermine.keys", redis, "database.redis");
  }
  if (given("api.smtp.host")) follow("ermine.mail", "smtp:", "api.smtp.host");

  const directory = given("ermine.data_dir")?.replace(/(.)\/+$/, "$1");
  if (directory) {
    follow("ermine.store", `sqlite:${directory}/ermine.db`, "ermine.data_dir");
    follow("ermine.mail", `outbox:${directory}/outbox`, "ermine.data_dir");
  }

  const port = parseListen(given("ermine.listen") ?? "")?.port;
  if (port) follow("ermine.public_url", `http://localhost:${port}`, "ermine.listen");
  const publicUrl = given("ermine.public_url")?.replace(/\/+$/, "");
  if (publicUrl && URL.canParse(publicUrl)) {
    follow("hosts.app", publicUrl, "ermine.public_url");
    follow("hosts.events", `${publicUrl.replace(/^http/, "ws")}/ws`, "ermine.public_url");
    follow("hosts.api", `${publicUrl}/api`, "ermine.public_url");
  }
  forceProduction(tree, origins, given("hosts.api") ?? "");
}

/** Official hosts send branded mail, whatever was configured (conformance settings-14). */
function forceProduction(tree: Tree, origins: Map<string, Origin>, api: string): void {
  if (!api.includes("https") || !/revolt\.chat|stoat\.chat/.test(api)) return;
  putAt(tree, "production", true);
  origins.set("production", { kind: "derived", name: "hosts.api" });
}
