import { describe, expect, test } from "bun:test";
import { createOpenApi } from "@openapi/create-openapi.ts";
import { createRegistry } from "@lib/telemetry/metrics.ts";
import { createDelta } from "@services/delta/delta.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";
import { z } from "zod";

const OfPaths = z.object({ paths: z.record(z.string(), z.unknown()) });
const withWebhooks = { features: { webhooks_enabled: true } };

async function get(api: TestApi, path: string): Promise<Response> {
  return fetch(`${api.url}${path}`, { redirect: "manual" });
}

describe("documents", () => {
  test("http-56: 200 with the committed document at /openapi.json, pretty", async () => {
    await using api = await testApi({ settings: withWebhooks });
    const response = await get(api, "/openapi.json");
    const text = await response.text();
    expect(response.headers.get("Content-Type")).toBe("application/json");
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(createOpenApi())));
    expect(text.split("\n").length).toBeGreaterThan(1_000);
  });

  test("http-57: no path of the document starts with /webhooks when webhooks are disabled, and none is served", async () => {
    await using api = await testApi();
    const { paths } = OfPaths.parse(await (await get(api, "/openapi.json")).json());
    expect(Object.keys(paths)).not.toBeEmpty();
    expect(Object.keys(paths).filter((path) => path.startsWith("/webhooks"))).toEqual([]);
    expect((await get(api, "/webhooks/01ARZ3NDEKTSV4RRFFQ69G5FAV/token")).status).toBe(404);
  });

  test("200 at /openapi-3.1.json and /events.json, each in its version", async () => {
    await using api = await testApi();
    expect(await (await get(api, "/openapi-3.1.json")).json()).toHaveProperty("openapi", "3.1.0");
    expect(await (await get(api, "/events.json")).json()).toHaveProperty("asyncapi", "3.0.0");
  });

  test("http-59: pages and probes are not in the document; /metrics is on the private listener only", async () => {
    await using api = await testApi({ settings: withWebhooks });
    const { paths } = createOpenApi();
    const beside = /^\/(openapi|events|reference|swagger|metrics|ratelimit)/;
    expect(Object.keys(paths).filter((path) => beside.test(path))).toEqual([]);
    expect((await get(api, "/metrics")).status).toBe(404);
  });
});

describe("the reference page", () => {
  test("200 with everything it names, and nothing from elsewhere", async () => {
    await using api = await testApi();
    const response = await get(api, "/reference");
    const html = await response.text();
    const names = [...html.matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)].map(([, name = ""]) => name);
    expect(names).toContain("swagger/swagger-ui-bundle.js");
    for (const name of names) {
      expect(new URL(name, `${api.url}/reference`).origin).toBe(api.url);
      expect((await get(api, `/${name}`)).status, name).toBe(200);
    }
    const policy = response.headers.get("Content-Security-Policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
  });

  test.each(["/swagger", "/swagger/", "/swagger/index.html", "/reference/"])("303 from %s to it", async (path) => {
    await using api = await testApi();
    const response = await get(api, path);
    expect(response.status).toBe(303);
    expect(new URL(response.headers.get("Location") ?? "", `${api.url}${path}`).pathname).toBe("/reference");
  });

  test("stands below a prefix too", async () => {
    await using api = await testApi();
    const delta = createDelta(api.deps, { registry: createRegistry(), basePath: "/api" });
    const answer = (path: string) => delta.fetch(new Request(`http://chat.test${path}`), "127.0.0.1");
    expect((await answer("/api/reference")).status).toBe(200);
    expect((await answer("/api/openapi.json")).status).toBe(200);
    const { headers } = await answer("/api/swagger/");
    expect(new URL(headers.get("Location") ?? "", "http://chat.test/api/swagger/").pathname).toBe("/api/reference");
  });

  test("http-39: /swagger and its files have a bucket of 100, documents share `any`", async () => {
    await using api = await testApi({ rateLimits: true });
    const limit = async (path: string) => (await get(api, path)).headers.get("X-RateLimit-Limit");
    expect(await limit("/swagger/swagger-ui.css")).toBe("100");
    expect(await limit("/swagger")).toBe("100");
    expect(await limit("/reference")).toBe("20");
    expect(await limit("/openapi.json")).toBe("20");
  });

  test("404 for what is no page, 404 for writing to one", async () => {
    await using api = await testApi();
    expect((await get(api, "/swagger/package.json")).status).toBe(404);
    expect((await fetch(`${api.url}/openapi.json`, { method: "POST" })).status).toBe(404);
  });
});
