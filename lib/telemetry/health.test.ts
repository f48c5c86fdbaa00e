import { describe, expect, test } from "bun:test";
import { type Check, privateListener } from "@lib/telemetry/health.ts";
import { silentLogger } from "@lib/telemetry/logger.ts";
import { createRegistry } from "@lib/telemetry/metrics.ts";

function open(checks: Record<string, Check>) {
  const registry = createRegistry();
  registry.counter("x_total", "x").add(3);
  const listen = { hostname: "127.0.0.1", port: 0 };
  const listener = privateListener({ listen, registry, checks, log: silentLogger, checkTimeoutMs: 50 });
  const get = async (path: string) => {
    const response = await fetch(new URL(path, listener.url));
    return { status: response.status, type: response.headers.get("content-type"), body: await response.text() };
  };
  return { listener, get, [Symbol.asyncDispose]: () => listener.stop() };
}

const ok: Check = async () => {};

describe("P25: the private listener", () => {
  test("shows metrics in the text format", async () => {
    await using service = open({});
    const { status, type, body } = await service.get("/metrics");
    expect({ status, type }).toEqual({ status: 200, type: "text/plain; version=0.0.4; charset=utf-8" });
    expect(body).toContain("x_total 3\n");
  });

  test("is live even when a dependency is away", async () => {
    await using service = open({ store: () => Promise.reject(new Error("away")) });
    expect((await service.get("/health/live")).status).toBe(200);
  });

  test("is ready when every dependency answers, and names each", async () => {
    await using service = open({ store: ok, bus: ok });
    const { status, body } = await service.get("/health/ready");
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({ ready: true, draining: false, checks: { store: "ok", bus: "ok" } });
  });

  test("P21: is not ready while one dependency fails, throws or does not answer, and says why without secrets", async () => {
    await using service = open({
      store: ok,
      bus: () => Promise.reject(new Error("connect redis://:hunter2@redis refused")),
      keys: () => {
        throw new Error("broken", { cause: new Error("disk is full") });
      },
      mail: () => new Promise(() => {}),
    });
    const { status, body } = await service.get("/health/ready");
    expect(status).toBe(503);
    expect(JSON.parse(body).checks).toEqual({
      store: "ok",
      bus: "connect redis://[redacted]@redis refused",
      keys: "broken: disk is full",
      mail: "no answer within 50 ms",
    });
  });

  test("is not ready while shutting down, so that proxies look elsewhere", async () => {
    await using service = open({ store: ok });
    service.listener.startDraining();
    expect((await service.get("/health/ready")).status).toBe(503);
    expect((await service.get("/health/live")).status).toBe(200);
  });

  test("offers nothing else", async () => {
    await using service = open({});
    expect((await service.get("/")).status).toBe(404);
  });
});
