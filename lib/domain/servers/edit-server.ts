import type { DataEditServer } from "@lib/contract/servers.ts";
import type { Actor } from "@lib/domain/actor.ts";
import { previousValues } from "@lib/domain/audit/previous-values.ts";
import { recordAudit } from "@lib/domain/audit/record-audit.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { inStoredOrder, takingTurns } from "@lib/domain/in-stored-order.ts";
import { isEmptyEdit } from "@lib/domain/is-empty-edit.ts";
import { replacedFiles } from "@lib/domain/files/replaced-files.ts";
import { withFiles } from "@lib/domain/files/with-files.ts";
import { type ServerAccess, accessServer, accessServerAsMember } from "@lib/domain/servers/access-server.ts";
import { approximateMemberCount } from "@lib/domain/servers/approximate-member-count.ts";
import { fail } from "@lib/error/fail.ts";
import { serverUpdate } from "@lib/event/server-events.ts";
import { serverRemovals } from "@lib/model/removal-paths.ts";
import type { Server } from "@lib/model/server.ts";
import type { FileUse } from "@lib/model/stored/file.ts";
import type { ServerDocument, StoredCategory, StoredSystemMessages } from "@lib/model/stored/server.ts";
import { defined } from "@lib/model/view/defined.ts";
import { viewPartialServer, viewServer } from "@lib/model/view/server.ts";
import { requirePermission } from "@lib/permission/permissions.ts";
import type { ServerUpdate } from "@lib/store/servers.ts";

type Request = { target: string; data: DataEditServer; reason: string | null; hasTicket: boolean };

type EditDeps = Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "settings" | "background">;

/**
 * Edits a server (conformance servers-13 to servers-26). Without a change it only shows it, to members (P26). The actor
 * may make the change by the time of writing, too (P13).
 */
export async function editServer(
  deps: EditDeps,
  actor: Actor,
  { target, data, reason, hasTicket }: Request,
): Promise<Server> {
  if (isEmptyEdit(data)) return showServer(deps, actor, target);
  const change = () => requireChange(deps, actor, { target, data, hasTicket });
  const { server } = await change(); // before anybody waits for this
  if (data.owner !== undefined) await requirePossibleOwner(deps, server._id, data.owner);

  const { set, before, after } = await withFiles(deps, claimsOf(actor, server, data), ([icon, banner]) => {
    const pictures = { ...(icon && { icon }), ...(banner && { banner }) };
    return write(deps, server._id, { change, pictures, remove: data.remove, from: server.owner });
  });
  const removed = data.remove.map((name) => serverRemovals[name]);
  const action = { type: "ServerEdit", before: previousValues(before, set, removed), after: set } as const;
  recordAudit(deps, { server: server._id, user: actor.id, reason, action });
  await deps.store.attachments.markDeleted(replacedFiles(before, after));
  return viewServer(after, await approximateMemberCount(deps, server._id));
}

async function showServer(deps: EditDeps, actor: Actor, id: string): Promise<Server> {
  const { server } = await accessServerAsMember(deps, actor, id);
  return viewServer(server, await approximateMemberCount(deps, server._id));
}

/** The server and what is to be set of it, without the pictures; fails unless the actor may do that now. */
async function requireChange(
  deps: EditDeps,
  actor: Actor,
  { target, data, hasTicket }: Omit<Request, "reason">,
): Promise<{ server: ServerDocument; fields: ServerUpdate }> {
  const access = await accessServer(deps, actor, target, []);
  requireRights(actor, access, data, hasTicket);
  requireFewCategories(deps, access.server, data.categories ?? []);
  return { server: access.server, fields: fieldsOf(access.server, data) };
}

type Change = {
  change: () => ReturnType<typeof requireChange>;
  pictures: Pick<ServerUpdate, "icon" | "banner">;
  remove: DataEditServer["remove"];
  /** Who had the server when it was asked for. */
  from: string;
};

/** What was set, the server as it was when its turn came, and as it is now. */
function write(deps: EditDeps, id: string, { change, pictures, remove, from }: Change) {
  return inStoredOrder(
    deps,
    { server: id },
    {
      async write() {
        const { server: before, fields } = await change();
        const set = { ...fields, ...pictures };
        return { set, before, after: await update(deps, id, { set, remove, from }) };
      },
      tell: ({ set }) => serverUpdate({ id, data: viewPartialServer(set), clear: remove }),
    },
  );
}

/** A new owner must be a member still, who leaves only before or after, and have the server from whom it was asked (P13). */
async function update(
  deps: EditDeps,
  id: string,
  { set, remove, from }: Pick<Change, "remove" | "from"> & { set: ServerUpdate },
): Promise<ServerDocument> {
  const { servers } = deps.store;
  const { owner } = set;
  if (owner === undefined) return (await servers.update(id, set, remove)) ?? fail("NotFound");
  return takingTurns(deps, { member: { server: id, user: owner } }, async () => {
    await requirePossibleOwner(deps, id, owner);
    const edited = await servers.update(id, set, remove, from);
    return edited ?? fail((await servers.get(id)) ? "NotOwner" : "NotFound");
  });
}

function requireRights(actor: Actor, { server, permissions }: ServerAccess, data: DataEditServer, hasTicket: boolean) {
  const { name, description, icon, banner, system_messages, analytics } = data;
  const general = [name, description, icon, banner, system_messages, analytics];
  if (general.some((value) => value !== undefined) || data.remove.length > 0) {
    requirePermission(permissions, "ManageServer");
  }
  if (data.owner !== undefined) {
    if (server.owner !== actor.id && !actor.user.privileged) fail("NotOwner");
    if (!hasTicket) fail("InvalidCredentials");
  }
  if ((data.flags !== undefined || data.discoverable !== undefined) && !actor.user.privileged) fail("NotPrivileged");
  if (data.categories) requirePermission(permissions, "ManageChannel");
}

function claimsOf(actor: Actor, server: ServerDocument, { icon, banner }: DataEditServer) {
  const claim = (tag: string, id: string | undefined, type: FileUse["type"]) =>
    id === undefined ? undefined : { tag, id, use: { type, id: server._id } };
  const claims = [claim("icons", icon, "ServerIcon"), claim("banners", banner, "ServerBanner")] as const;
  return { uploaderId: actor.id, claims };
}

/** The fields to set, without the pictures. */
function fieldsOf(server: ServerDocument, data: DataEditServer): ServerUpdate {
  const { name, description, flags, discoverable, analytics, owner } = data;
  const system_messages = data.system_messages && systemMessagesOf(server, data.system_messages);
  const categories = data.categories && categoriesOf(server, data.categories);
  return defined({ name, description, categories, system_messages, flags, discoverable, analytics, owner });
}

function systemMessagesOf(
  { channels }: ServerDocument,
  given: NonNullable<DataEditServer["system_messages"]>,
): StoredSystemMessages {
  const slots = Object.entries(given).filter(([, channel]) => channel !== null && channel !== undefined);
  if (slots.some(([, channel]) => !channels.includes(String(channel)))) fail("NotFound");
  return Object.fromEntries(slots);
}

/** Fails when a channel is listed twice; channels that the server does not have are left out (conformance servers-19). */
function categoriesOf({ channels }: ServerDocument, given: readonly StoredCategory[]): StoredCategory[] {
  const listed = given.flatMap((category) => category.channels);
  if (new Set(listed).size < listed.length) fail("InvalidOperation");
  const present = new Set(channels);
  return given.map((category) => ({ ...category, channels: category.channels.filter((id) => present.has(id)) }));
}

/**
 * Each category can have a channel of its own, and none that is there has to go. More are only a burden to everybody who
 * reads the server.
 */
function requireFewCategories(
  { settings }: Pick<Deps, "settings">,
  { categories = [] }: ServerDocument,
  given: readonly StoredCategory[],
): void {
  const max = Math.max(settings.features.limits.global.server_channels, categories.length);
  if (given.length > max) fail("FailedValidation", { error: `categories: must be at most ${max}` });
}

async function requirePossibleOwner({ store }: Pick<Deps, "store">, serverId: string, userId: string): Promise<void> {
  const [member, user] = await Promise.all([store.members.get(serverId, userId), store.users.get(userId)]);
  if (!member || !user) fail("NotFound");
  if (user.bot) fail("InvalidOperation");
}
