import type { Settings } from "@lib/settings/settings.ts";
import { version } from "@services/ermine/version.ts";

/** The page for people who open the address in a browser: what runs here, and where to look. */
export function frontPage({ hosts }: Settings): Response {
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Ermine</title>
<style>
  :root { color-scheme: light dark; font: 17px/1.6 system-ui, sans-serif; }
  body { max-width: 42rem; margin: 12vh auto; padding: 0 1.5rem; }
  h1 { font-size: 2.4rem; margin-bottom: 0; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: .4rem 1.5rem; }
  dt { font-weight: 600; } dd { margin: 0; overflow-wrap: anywhere; }
  code { font-size: .95em; }
</style>
<h1>Ermine</h1>
<p>A chat server runs here. It speaks the Stoat protocol: point a Stoat client, bot or SDK at the API below.</p>
<dl>
  <dt>API</dt><dd><a href="/api/"><code>${Bun.escapeHTML(hosts.api)}</code></a></dd>
  <dt>Events</dt><dd><code>${Bun.escapeHTML(hosts.events)}</code></dd>
  <dt>Reference</dt><dd><a href="/api/reference">every route, to read</a> · <a href="/api/openapi.json"><code>openapi.json</code></a></dd>
  <dt>Version</dt><dd>${Bun.escapeHTML(version)}</dd>
</dl>
<p>There is no web client here yet; set <code>hosts.app</code> to yours so that links in mail lead to it.</p>
</html>
`;
  const headers = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
  };
  return new Response(html, { headers });
}
