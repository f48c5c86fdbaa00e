import { RequestError, errorResponse } from "@lib/rpc/request-error.ts";
import { pathStart, requestPath } from "@lib/rpc/request-path.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { WAIT_MS_MAX } from "@lib/domain/exclusive.ts";
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

/**
 * After so many seconds Bun cuts off a connection on which nothing is sent, also one whose request is being answered. So
 * it is longer than anybody waits for their turn, with time for what they waited for.
 */
const IDLE_SECONDS = (2 * WAIT_MS_MAX) / 1000;

/** Opens the public port: of the one service, or of all of them by path. */
export function publicListener(
  names: readonly ServiceName[],
  services: Services,
  { settings, log }: Pick<Deps, "settings" | "log">,
): Server<SocketData> {
  const [key, address] = addressOf(names, settings);
  const isSound = hostCheck();
  const serve = () =>
    Bun.serve<SocketData>({
      ...listenOf(address),
      reusePort: false, // the default outside of development: a second process would silently take every other connection
      fetch(request, server) {
        if (!isSound(request.url))
          return errorResponse(new RequestError(400, "FailedValidation", "Host names no host"), "routing");
        const asked: Asked = { request, server };
        return names.length === 1 ? alone(services, asked) : front(services, settings, asked);
      },
      error(error) {
        log.error("a request failed", { error });
        return errorResponse(new RequestError(500, "InternalError", "the request failed"), "routing");
      },
      development: false, // its error page shows paths and source
      websocket: services.bonfire?.websocket ?? noSockets,
      idleTimeout: IDLE_SECONDS,
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

type Asked = { request: Request; server: Server<SocketData> };

/**
 * Tells whether the host of an address can be one. Most requests in a row name the same, which is then looked at once.
 * HTTP/1.0 needs no Host, as many a health check has none.
 */
function hostCheck(): (url: string) => boolean {
  let sound = "/";
  return (url) => {
    if (url.startsWith("/") || url.startsWith(sound)) return true;
    if (!URL.canParse(url)) return false;
    sound = url.slice(0, pathStart(url) + 1);
    return true;
  };
}

function alone({ delta, bonfire }: Services, { request, server }: Asked): Answer {
  return bonfire ? bonfire.fetch(request, server) : delta?.fetch(located(request), peerOf(request, server));
}

/** The same request with a whole address. */
const located = (request: Request): Request =>
  request.url.startsWith("/") ? new Request(`http://localhost${request.url}`, request) : request;

/** The paths of self-hosted deployments, so that every client finds everything on one origin. */
function front(services: Services, settings: Settings, { request, server }: Asked): Answer {
  const path = requestPath(request.url);
  if (isWithin(path, "/api")) return services.delta?.fetch(located(request), peerOf(request, server)) ?? notFound();
  if (isWithin(path, "/ws")) return services.bonfire ? services.bonfire.fetch(request, server) : notFound();
  if (path === "/.well-known/stoat") {
    return Response.json({ api: settings.hosts.api }, { headers: { "Access-Control-Allow-Origin": "*" } });
  }
  return path === "/" ? frontPage(settings) : notFound();
}

const isWithin = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

const peerOf = (request: Request, server: Server<SocketData>): string => server.requestIP(request)?.address ?? "";

const notFound = () => new Response("Nothing is here. The API is at /api/.\n", { status: 404 });
