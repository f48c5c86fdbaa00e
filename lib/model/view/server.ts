import type { Role } from "@lib/model/role.ts";
import type { PartialServer, Server } from "@lib/model/server.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import { defined } from "@lib/model/view/defined.ts";
import { viewFile } from "@lib/model/view/file.ts";
import { viewRole } from "@lib/model/view/role.ts";

/** A server as clients see it, with about how many members it has. */
export function viewServer(server: ServerDocument, approximateMemberCount: number): Server {
  return defined({
    _id: server._id,
    owner: server.owner,
    name: server.name,
    description: server.description,
    channels: [...server.channels],
    categories: server.categories,
    system_messages: server.system_messages,
    roles: Object.keys(server.roles).length > 0 ? viewRoles(server.roles) : undefined,
    default_permissions: server.default_permissions,
    icon: server.icon && viewFile(server.icon),
    banner: server.banner && viewFile(server.banner),
    flags: (server.flags ?? 0) >>> 0 || undefined,
    nsfw: server.nsfw || undefined,
    analytics: server.analytics || undefined,
    discoverable: server.discoverable || undefined,
    approximate_member_count: approximateMemberCount,
  });
}

/** Changed fields of a server as events and the audit log carry them. */
export function viewPartialServer(changes: Partial<ServerDocument>): PartialServer {
  return defined({
    owner: changes.owner,
    name: changes.name,
    description: changes.description,
    channels: changes.channels,
    categories: changes.categories,
    system_messages: changes.system_messages,
    roles: changes.roles && viewRoles(changes.roles),
    default_permissions: changes.default_permissions,
    icon: changes.icon && viewFile(changes.icon),
    banner: changes.banner && viewFile(changes.banner),
    flags: changes.flags === undefined ? undefined : changes.flags >>> 0,
    nsfw: changes.nsfw,
    analytics: changes.analytics,
    discoverable: changes.discoverable,
  });
}

function viewRoles(roles: ServerDocument["roles"]): Record<string, Role> {
  return Object.fromEntries(Object.entries(roles).map(([id, role]) => [id, viewRole(role)]));
}
