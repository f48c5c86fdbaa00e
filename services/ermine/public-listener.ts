import { frontPage } from "@services/ermine/front-page.ts";
import type { Services } from "@services/ermine/create-services.ts";
import type { ServiceName } from "@services/ermine/service-names.ts";
import type { SocketData } from "@lib/gateway/connection.ts";
import { listenOf } from "@lib/settings/fields.ts";
import type { Settings } from "@lib/settings/settings.ts";
import type { Server, WebSocketHandler } from "bun";

/** Without a gateway no socket is ever upgraded. */
const noSockets: WebSocketHandler<SocketData> = { message: (ws) => ws.close() };

/** Opens the public port: of the one service, or of all of them by path. */
export function publicListener(
  names: readonly ServiceName[],
  services: Services,
  settings: Settings,
): Server<SocketData> {
  const [only] = names;
  const listen = names.length === 1 && only ? settings.ermine.services[only] : settings.ermine.listen;
  return Bun.serve<SocketData>({
    ...listenOf(listen),
    fetch: (request, server) =>
      names.length === 1 ? alone(services, request, server) : front(services, settings, request, server),
    websocket: services.bonfire?.websocket ?? noSockets,
    maxRequestBodySize: settings.features.limits.global.body_limit_size,
  });
}

type Answer = Response | undefined | Promise<Response>;

function alone({ delta, bonfire }: Services, request: Request, server: Server<SocketData>): Answer {
  return bonfire ? bonfire.fetch(request, server) : delta?.fetch(request, peerOf(request, server));
}

/** The paths of self-hosted deployments, so that every client finds everything on one origin. */
function front(services: Services, settings: Settings, request: Request, server: Server<SocketData>): Answer {
  const { pathname } = new URL(request.url);
  const [first = ""] = pathname.split("/").filter(Boolean);
  if (first === "api") return services.delta?.fetch(request, peerOf(request, server)) ?? notFound();
  if (first === "ws") return services.bonfire ? services.bonfire.fetch(request, server) : notFound();
  if (pathname === "/.well-known/stoat") {
    return Response.json({ api: settings.hosts.api }, { headers: { "Access-Control-Allow-Origin": "*" } });
  }
  return pathname === "/" ? frontPage(settings) : notFound();
}

const peerOf = (request: Request, server: Server<SocketData>): string => server.requestIP(request)?.address ?? "";

const notFound = () => new Response("Nothing is here. The API is at /api/.\n", { status: 404 });
