/** How the API documents itself: the documents for tools, and the reference page for people. Nothing is loaded from outside. */
import type { RouteDeclaration } from "@lib/contract/route.ts";
import type { Pages } from "@lib/rpc/pages.ts";
import { eventDocument, openApiDocument } from "@services/delta/documents.ts";
import { referencePage, referenceScript } from "@services/delta/reference-page.ts";
import bundlePath from "swagger-ui-dist/swagger-ui-bundle.js" with { type: "file" };
import stylePath from "swagger-ui-dist/swagger-ui.css" with { type: "file" };

/** The pages that describe the given routes. */
export function createPages(contracts: readonly RouteDeclaration[]): Pages {
  const script = () => new Response(referenceScript, { headers: { "Content-Type": "text/javascript; charset=utf-8" } });
  return new Map([
    ["/openapi.json", jsonPage(() => openApiDocument(contracts, "3.0.0"))],
    ["/openapi-3.1.json", jsonPage(() => openApiDocument(contracts, "3.1.0"))],
    ["/events.json", jsonPage(eventDocument)],
    ["/reference", atPlainPath("reference", referencePage)],
    ["/swagger", redirect],
    ["/swagger/index.html", redirect],
    ["/swagger/reference.js", script],
    ["/swagger/swagger-ui-bundle.js", filePage(bundlePath, "text/javascript; charset=utf-8")],
    ["/swagger/swagger-ui.css", filePage(stylePath, "text/css; charset=utf-8")],
  ]);
}

/** Generated when it is first asked for, so that starting does not wait for it. */
function jsonPage(create: () => object): () => Response {
  let text: string | undefined;
  return () => {
    text ??= `${JSON.stringify(create(), null, 2)}\n`;
    return new Response(text, { headers: { "Content-Type": "application/json" } });
  };
}

function filePage(path: string, type: string): () => Response {
  return () =>
    new Response(Bun.file(path), { headers: { "Content-Type": type, "Cache-Control": "public, max-age=3600" } });
}

/** Links of a page are relative, so that it works below any prefix; they need its path without a slash at the end. */
function atPlainPath(name: string, page: () => Response): (request: Request) => Response {
  return (request) => (new URL(request.url).pathname.endsWith("/") ? seeOther(`../${name}`) : page());
}

function redirect(request: Request): Response {
  const { pathname } = new URL(request.url);
  return seeOther(/swagger\/./.test(pathname) || pathname.endsWith("/") ? "../reference" : "reference");
}

const seeOther = (location: string) => new Response(null, { status: 303, headers: { Location: location } });
