/**
 * The private listener of a process (P25): `/metrics`, `/health/live` (the process answers) and `/health/ready` (all its
 * dependencies answer and it is not shutting down). Never reachable under the public paths.
 */
import type { Logger } from "@lib/telemetry/logger.ts";
import type { Registry } from "@lib/telemetry/metrics.ts";
import { redactText } from "@lib/telemetry/redact.ts";
import { LATE, within } from "@lib/telemetry/within.ts";

/** Resolves when a dependency answers, rejects with the reason when not. */
export type Check = () => Promise<void>;

/** What the listener shows and whom it asks. */
export type PrivateListenerOptions = {
  listen: { hostname: string; port: number };
  registry: Registry;
  /** By the name of the dependency: `store`, `bus`, … */
  checks: Readonly<Record<string, Check>>;
  log: Logger;
  /** A check that takes longer has failed. */
  checkTimeoutMs?: number;
};

/** The listener of this process. */
export type PrivateListener = {
  /** Where it listens, with the port that was taken. */
  readonly url: URL;
  /** From now on not ready: proxies stop sending requests while those in progress finish. */
  startDraining(): void;
  stop(): Promise<void>;
};

/** What `/health/ready` says. */
export type Readiness = { ready: boolean; draining: boolean; checks: Record<string, string> };

/** Opens the listener. Throws when the address is taken. */
export function privateListener(options: PrivateListenerOptions): PrivateListener {
  const { listen, registry, checks, log, checkTimeoutMs = 2_000 } = options;
  let isDraining = false;
  let lastFailures = "";

  async function ready(): Promise<Response> {
    const readiness = await readinessOf(checks, isDraining, checkTimeoutMs);
    const failures = JSON.stringify(readiness.checks);
    if (!readiness.ready && failures !== lastFailures) log.warn("not ready", { ...readiness });
    if (readiness.ready && lastFailures !== "") log.info("ready again");
    lastFailures = readiness.ready ? "" : failures;
    return Response.json(readiness, { status: readiness.ready ? 200 : 503, headers: noStore });
  }

  const server = Bun.serve({
    ...listen,
    routes: {
      "/health/live": { GET: () => Response.json({ live: true }, { headers: noStore }) },
      "/health/ready": { GET: ready },
      "/metrics": {
        GET: () =>
          new Response(registry.expose(), { headers: { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" } }),
      },
    },
    fetch: () => new Response("/metrics /health/live /health/ready\n", { status: 404 }),
    error(error) {
      log.error("the private listener failed", { error });
      return new Response("failed\n", { status: 500 });
    },
  });

  return {
    url: server.url,
    startDraining: () => void (isDraining = true),
    stop: () => server.stop(true),
  };
}

/** Asks every dependency at once, each within the time limit. */
async function readinessOf(
  checks: PrivateListenerOptions["checks"],
  draining: boolean,
  checkTimeoutMs: number,
): Promise<Readiness> {
  const answers = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await outcome(check, checkTimeoutMs)] as const),
  );
  const ready = !draining && answers.every(([, answer]) => answer === "ok");
  return { ready, draining, checks: Object.fromEntries(answers) };
}

const noStore = { "Cache-Control": "no-store" };

async function outcome(check: Check, timeoutMs: number): Promise<string> {
  try {
    return (await within(timeoutMs, Promise.try(check))) === LATE ? `no answer within ${timeoutMs} ms` : "ok";
  } catch (error) {
    return redactText(reasonOf(error));
  }
}

/** With its causes: a driver says what failed, and its cause why. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error) || !error.message) return "failed";
  return error.cause === undefined ? error.message : `${error.message}: ${reasonOf(error.cause)}`;
}
