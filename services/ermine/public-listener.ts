import { RequestError, errorResponse } from "@lib/rpc/request-error.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { frontPage } from "@services/ermine/front-page.ts";
import type { Services } from "@services/ermine/create-services.ts";
import { listen } from "@services/ermine/listen.ts";
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
  { settings, log }: Pick<Deps, "settings" | "log">,
): Server<SocketData> {
  const [key, address] = addressOf(names, settings);
  const serve = () =>
    Bun.serve<SocketData>({
      ...listenOf(address),
      reusePort: false, // the default outside of development: a second process would silently take every other connection
      fetch(request, server) {
        const url = urlOf(request);
        if (!url) return errorResponse(new RequestError(400, "FailedValidation", "Host names no host"), "routing");
        const asked: Asked = { request, url, server };
        return names.length === 1 ? alone(services, asked) : front(services, settings, asked);
      },
      error(error) {
        log.error("a request failed", { error });
        return errorResponse(new RequestError(500, "InternalError", "the request failed"), "routing");
      },
      development: false, // its error page shows paths and source
      websocket: services.bonfire?.websocket ?? noSockets,
      maxRequestBodySize: settings.features.limits.global.body_limit_size,
    });
  return listen(key, address, serve);
}

/** The setting that says where these services listen, and what it says. */
function addressOf(names: readonly ServiceName[], { ermine }: Settings): [key: string, address: string] {
  const [only] = names;
  if (names.length === 1 && only) return [`ermine.services.${only}`, ermine.services[only]];
  return ["ermine.listen", ermine.listen];
}

type Answer = Response | undefined | Promise<Response>;

/** A request with its address, which it may name by a path alone. */
type Asked = { request: Request; url: URL; server: Server<SocketData> };

/** HTTP/1.0 needs no Host, as many a health check has none. Null when there is one that cannot be. */
function urlOf({ url }: Request): URL | null {
  return url.startsWith("/") ? URL.parse(`http://localhost${url}`) : URL.parse(url);
}

function alone({ delta, bonfire }: Services, { request, url, server }: Asked): Answer {
  return bonfire ? bonfire.fetch(request, server) : delta?.fetch(located(request, url), peerOf(request, server));
}

/** The same request with a whole address. */
const located = (request: Request, url: URL): Request =>
  request.url.startsWith("/") ? new Request(url.href, request) : request;

/** The paths of self-hosted deployments, so that every client finds everything on one origin. */
function front(services: Services, settings: Settings, { request, url, server }: Asked): Answer {
  const { pathname } = url;
  const [first = ""] = pathname.split("/").filter(Boolean);
  if (first === "api") return services.delta?.fetch(located(request, url), peerOf(request, server)) ?? notFound();
  if (first === "ws") return services.bonfire ? services.bonfire.fetch(request, server) : notFound();
  if (pathname === "/.well-known/stoat") {
    return Response.json({ api: settings.hosts.api }, { headers: { "Access-Control-Allow-Origin": "*" } });
  }
  return pathname === "/" ? frontPage(settings) : notFound();
}

const peerOf = (request: Request, server: Server<SocketData>): string => server.requestIP(request)?.address ?? "";

const notFound = () => new Response("Nothing is here. The API is at /api/.\n", { status: 404 });
