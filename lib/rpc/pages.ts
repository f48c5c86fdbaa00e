/**
 * What a browser or a tool may fetch beside the routes: documents and the files of the reference page. Pages are not
 * part of the API, so no document lists them; they count for rate limits like everything else.
 */
export type Pages = ReadonlyMap<string, (request: Request) => Response>;

/** The page for a request, if there is one at its path. */
export function getPage(pages: Pages | undefined, method: string, path: string) {
  return method === "GET" || method === "HEAD" ? pages?.get(path) : undefined;
}
