/** The reference as a page for people. */
export function referencePage(): Response {
  return new Response(HTML, {
    headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": CONTENT_SECURITY_POLICY },
  });
}

/** Everything comes from here, and requests that are tried out stay here. Swagger UI styles its elements in place. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join("; ");

const HTML = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Ermine API reference</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="swagger/swagger-ui.css">
<style>
  body { margin: 0; font: 16px/1.5 system-ui, sans-serif; }
  header { max-width: 1460px; margin: 0 auto; padding: 2rem 20px 0; box-sizing: border-box; }
  header h1 { margin: 0; font-size: 1.8rem; }
  header p { margin: .3rem 0 0; max-width: 46rem; }
  .swagger-ui .info { display: none; }
  .swagger-ui .scheme-container { margin: 1rem 0; padding: 0; background: none; box-shadow: none; }
</style>
<header>
  <h1>API reference</h1>
  <p>Every route of this server. For tools:
    <a href="openapi.json">openapi.json</a> (OpenAPI 3.0),
    <a href="openapi-3.1.json">openapi-3.1.json</a> (3.1) and
    <a href="events.json">events.json</a>, the events of the WebSocket (AsyncAPI 3.0).</p>
</header>
<div id="reference"></div>
<script src="swagger/swagger-ui-bundle.js"></script>
<script src="swagger/reference.js"></script>
</html>
`;

/** Shows the document, with this server as the one to try requests on, and its groups in the order of the document. */
export const referenceScript = `"use strict";
(async () => {
  const spec = await (await fetch("openapi.json")).json();
  const here = new URL(".", location.href).href.replace(/\\/$/, "");
  const order = spec["x-tagGroups"].flatMap(({ tags }) => tags);
  const rank = (tag) => (order.includes(tag) ? order.indexOf(tag) : order.length);
  SwaggerUIBundle({
    dom_id: "#reference",
    spec: { ...spec, servers: [{ url: here, description: "This server" }] },
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    filter: true,
    tagsSorter: (a, b) => rank(a) - rank(b),
    validatorUrl: null,
  });
})();
`;
