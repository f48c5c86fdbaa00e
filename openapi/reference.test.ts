/** The document against that of the Stoat API: SDKs generated from either must be interchangeable. */
import { describe, expect, test } from "bun:test";
import { createOpenApi } from "@openapi/create-openapi.ts";
import { type DocumentFacts, factsOf } from "@tests/harness/document-facts.ts";
import fixture from "@tests/fixtures/reference-openapi.json" with { type: "json" };

const reference: DocumentFacts = fixture;
const document = createOpenApi();
const ours = factsOf(document);

/** Routes that are not served yet. This list only shrinks. */
const MISSING_ROUTES: readonly string[] = [
  "delete /custom/emoji/{emoji_id}",
  "delete /webhooks/{webhook_id}",
  "delete /webhooks/{webhook_id}/{token}",
  "delete /webhooks/{webhook_id}/{token}/{message_id}",
  "get /channels/{channel_id}/webhooks",
  "get /custom/emoji/{emoji_id}",
  "get /servers/{target}/audit_logs",
  "get /webhooks/{webhook_id}",
  "get /webhooks/{webhook_id}/{token}",
  "patch /custom/emoji/{emoji_id}",
  "patch /webhooks/{webhook_id}",
  "patch /webhooks/{webhook_id}/{token}",
  "patch /webhooks/{webhook_id}/{token}/{message_id}",
  "post /channels/{channel_id}/webhooks",
  "post /channels/{target}/join_call",
  "post /push/subscribe",
  "post /push/unsubscribe",
  "post /safety/report",
  "post /webhooks/{webhook_id}/{token}",
  "post /webhooks/{webhook_id}/{token}/github",
  "put /channels/{target}/end_ring/{target_user}",
  "put /custom/emoji/{emoji_id}",
];

/** Where the two differ on purpose, and why. */
const MEANT_DIFFERENCES: Readonly<Record<string, string>> = {
  "operations/get /auth/mfa/methods/responses/default": "added: its guard and its rate limit can refuse",
  "operations/get /onboard/hello/responses/default": "added: its guard and its rate limit can refuse",
  "operations/get /users/{target}/default_avatar/responses/default": "added: its rate limit can refuse",
  "operations/post /sync/settings/fetch/responses/200/content/application~1json/schema/additionalProperties/items":
    "a list of schemas is not valid here; one of the two is",
  "schemas/Error/properties/error":
    "added: what guards, routing and parsing refuse with, in the form that clients know",
  "schemas/VoiceInformation/properties/max_users/minimum": "there from 1, although 0 is stored and sent by both",
  "schemas/FetchServerResponse/anyOf/1/properties/channels/items/$ref": "with include_channels whole channels are sent",
  "schemas/FetchServerResponse/anyOf/1/properties/channels/items/type": "with include_channels whole channels are sent",
};

/** Paths at which two parts differ. A missing part is one difference. */
function differences(a: unknown, b: unknown, path: string): string[] {
  if (Bun.deepEquals(a, b)) return [];
  if (!isRecord(a) || !isRecord(b) || Array.isArray(a) !== Array.isArray(b)) return [path];
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.flatMap((key) => differences(a[key], b[key], `${path}/${key.replaceAll("/", "~1")}`));
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** The differences of those entries that both have. */
function differencesOfShared(part: keyof DocumentFacts): string[] {
  const [mine, theirs]: Record<string, unknown>[] = [ours[part], reference[part]];
  const shared = Object.keys(theirs ?? {}).filter((name) => mine?.[name] !== undefined);
  // A route's own path keeps its slashes, so that a difference reads like the route.
  return shared.flatMap((name) => differences(mine?.[name], theirs?.[name], `${part}/${name}`));
}

/** Names of the schemas that a part refers to, directly or through others. */
function schemasWithin(part: unknown, facts: DocumentFacts, found = new Set<string>()): Set<string> {
  for (const [, name = ""] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    if (found.has(name)) continue;
    found.add(name);
    if (facts.schemas[name]) schemasWithin(facts.schemas[name], facts, found);
  }
  return found;
}

const routesOf = ({ operations }: DocumentFacts) => Object.keys(operations);

describe("the document and the Stoat API's", () => {
  test("http-57: every operation is on its method and path, but those listed as missing", () => {
    const missing = routesOf(reference).filter((route) => !ours.operations[route]);
    expect(missing, "served now? take it off MISSING_ROUTES").toEqual([...MISSING_ROUTES]);
  });

  test("http-57: what is served beyond it is ours by name", () => {
    expect(routesOf(ours).filter((route) => !reference.operations[route])).toEqual([]);
  });

  test("http-57: operationIds, tags, parameters, bodies, answers and security are the same, but for what is meant", () => {
    const meant = Object.keys(MEANT_DIFFERENCES).filter((path) => path.startsWith("operations/"));
    expect(differencesOfShared("operations").sort()).toEqual(meant.sort());
  });

  test("http-57: schemas have the same names and shapes, but for what is meant", () => {
    const meant = Object.keys(MEANT_DIFFERENCES).filter((path) => path.startsWith("schemas/"));
    expect(differencesOfShared("schemas").sort()).toEqual(meant.sort());
    const served = routesOf(reference).filter((route) => ours.operations[route]);
    const needed = schemasWithin(
      served.map((route) => reference.operations[route]),
      reference,
    );
    expect([...needed].filter((name) => !ours.schemas[name])).toEqual([]);
  });

  test("http-58: Error has the 95 alternatives and requires location", () => {
    const { oneOf, required } = ours.schemas["Error"] ?? {};
    expect(Array.isArray(oneOf) && oneOf.length).toBe(95);
    expect(required).toEqual(["location"]);
  });

  test("http-56: two servers, three security schemes by their exact names, ten groups, no top-level tags", () => {
    expect(document.openapi).toBe("3.0.0");
    expect(document.servers.map(({ url }) => url)).toEqual(["https://api.stoat.chat", "https://beta.stoat.chat/api"]);
    expect(ours.securitySchemes).toEqual(reference.securitySchemes);
    expect(document["x-tagGroups"]).toHaveLength(10);
    expect(document).not.toHaveProperty("tags");
  });

  test("the comparison sees what differs", () => {
    expect(differences({ a: [{ b: 1 }], c: 1 }, { a: [{ b: 2 }] }, "x")).toEqual(["x/a/0/b", "x/c"]);
  });
});
