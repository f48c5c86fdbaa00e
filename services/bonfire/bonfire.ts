import type { Deps } from "@lib/domain/deps.ts";
import { Gateway } from "@lib/gateway/gateway.ts";
import { supervise } from "@lib/telemetry/supervise.ts";
import { type TrustedProxies, clientAddress, trustedProxies } from "@lib/rpc/client-address.ts";
import type { SocketData } from "@lib/gateway/connection.ts";
import type { Server } from "bun";

/** The events service: a gateway whose sockets may come on any path. */
export type Bonfire = Pick<Gateway, "websocket" | "start" | "drain" | "stats"> & {
  fetch(request: Request, server: Server<SocketData>): Response | undefined;
};

/** Realtime events over the given ports. */
export function createBonfire(deps: Deps): Bonfire {
  const { settings } = deps;
  const gateway = new Gateway(deps);
  const ending = new AbortController();
  const trusted: TrustedProxies = trustedProxies(settings.ermine.trusted_proxies);
  const { trust_cloudflare: trustCloudflare } = settings.api.security;
  return {
    websocket: gateway.websocket,
    async start(server) {
      await gateway.start(server);
      if (!settings.ermine.bus.startsWith("memory:")) await watchOthers(deps, ending.signal);
    },
    drain(timeoutMs) {
      ending.abort();
      return gateway.drain(timeoutMs);
    },
    get stats() {
      return gateway.stats;
    },
    fetch(request, server) {
      const peer = server.requestIP(request)?.address ?? "";
      return gateway.upgrade(request, server, clientAddress(request.headers, peer, { trusted, trustCloudflare }));
    },
  };
}

/** Other processes may end with events that this one never hears of. Without them, the code for that is not loaded. */
async function watchOthers(deps: Deps, signal: AbortSignal): Promise<void> {
  const { watchUnpublished } = await import("@lib/gateway/watch-unpublished.ts");
  const name = "watch for lost events";
  const watch = (until: AbortSignal) => watchUnpublished(deps, until);
  deps.background.run(name, () => supervise(name, watch, { log: deps.log, signal }));
}
