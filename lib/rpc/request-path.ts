/** Where the path begins in the address of a request, which a client without a Host names by its path alone. */
export const pathStart = (url: string): number => (url.startsWith("/") ? 0 : url.indexOf("/", url.indexOf("://") + 3));

/**
 * The path in the address of a request, a fraction of what it takes to parse it. Empty segments do not count:
 * `//auth//mfa/` is `/auth/mfa` (conformance http-1). `@` may be escaped, as some libraries do: `/users/%40me` is
 * `/users/@me`.
 */
export function requestPath(url: string): string {
  const start = pathStart(url);
  const end = url.slice(start).search(/[?#]/);
  const raw = end === -1 ? url.slice(start) : url.slice(start, start + end);
  const path = raw.includes("%40") ? raw.replaceAll("%40", "@") : raw;
  const normal = path.includes("//") ? path.replaceAll(/\/{2,}/g, "/") : path;
  return normal.length > 1 && normal.endsWith("/") ? normal.slice(0, -1) : normal;
}
