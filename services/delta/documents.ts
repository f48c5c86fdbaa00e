import { about } from "@lib/contract/about.ts";
import type { RouteDeclaration } from "@lib/contract/route.ts";
import { createEventDocument } from "@lib/gateway/event-document.ts";
import { createDocument } from "@lib/rpc/document.ts";
import type { OpenApiDocument, OpenApiVersion } from "@lib/rpc/openapi-version.ts";

/** The OpenAPI document of the given routes. */
export function openApiDocument(contracts: readonly RouteDeclaration[], version: OpenApiVersion): OpenApiDocument {
  return createDocument(contracts, about, version);
}

/** The AsyncAPI document of the event protocol. */
export function eventDocument(): object {
  const { version, license } = about.info;
  return createEventDocument({ title: "Stoat events", version, license, description: EVENTS });
}

const EVENTS = `Events in real time over one WebSocket.

1. Connect to the address that \`GET /\` of the API names as \`ws\`, with \`?version=1&format=json&token=…\`.
2. \`Authenticated\` arrives, then \`Ready\`; from then on every event that the user may see. An invalid token is answered by \`Error\`, and the socket is closed.
3. Send \`Ping\` every 10 to 30 seconds.
4. When the socket closes, connect again, after a wait that grows with each attempt. After a code that \`x-close-codes\` lists with \`reconnect: false\`, or after \`Error\` or \`Logout\`, the token is not valid any more.

One WebSocket message carries one event: an object whose \`type\` names it, with the fields of the event beside \`type\`. Both encodings carry the same objects but for timestamps; \`x-encodings\` describes them. Ignore events and fields that you do not know.

With \`resume=true\` a lost connection can be continued: \`Ready\` carries a \`session\`, frames carry a \`position\`. Connect again with \`resume=true&session=…&position=…\`, and \`Resumed\` tells whether what was missed follows (\`recovered: true\`) or a fresh \`Ready\`.`;
