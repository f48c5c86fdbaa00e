import { Connection } from "@lib/gateway/connection.ts";
import { parseHandshake } from "@lib/gateway/handshake.ts";
import { Settings } from "@lib/settings/settings.ts";

/** A connection with the usual bounds that has no socket yet. */
export function testConnection(id: string, query = ""): Connection {
  return new Connection(id, parseHandshake(query), "", 0, Settings.parse({}).ermine.gateway);
}
