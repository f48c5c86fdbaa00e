import type { ServerDocument } from "@lib/model/stored/server.ts";

/** What the deletion of a channel leaves: neither its server nor a system message slot names it. */
export function withoutChannel(server: ServerDocument, id: string): ServerDocument {
  const channels = server.channels.filter((channel) => channel !== id);
  if (!server.system_messages) return { ...server, channels };
  const slots = Object.entries(server.system_messages).filter(([, channel]) => channel !== id);
  return { ...server, channels, system_messages: Object.fromEntries(slots) };
}
