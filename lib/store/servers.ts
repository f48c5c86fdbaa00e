import { roleRemovals, serverRemovals } from "@lib/model/removal-paths.ts";
import type { RoleDocument } from "@lib/model/stored/role.ts";
import { ServerDocument } from "@lib/model/stored/server.ts";
import { collections } from "@lib/store/collections.ts";
import type { Database, Filter, Update } from "@lib/store/database.ts";
import { documentReader, type OnMalformed } from "@lib/store/document-reader.ts";
import { rankBelow } from "@lib/permission/rank-below.ts";
import { partialUpdate, removalPaths, updateForm, withoutDefaults } from "@lib/store/partial-update.ts";

const SYSTEM_MESSAGE_SLOTS = ["user_joined", "user_left", "user_kicked", "user_banned"] as const;

/** Fields of a server that can be removed. */
export type ServerRemoval = keyof typeof serverRemovals;

/** Fields of a role that can be removed. */
export type RoleRemoval = keyof typeof roleRemovals;

/** Fields of a server to set; channels and roles have their own operations, so that concurrent edits keep both. */
export type ServerUpdate = Partial<Omit<ServerDocument, "_id" | "channels" | "roles">>;

/** Fields of a role to set. */
export type RoleUpdate = Partial<Omit<RoleDocument, "_id">>;

/** Documents of `servers`. */
export type ServersRepository = ReturnType<typeof serversRepository>;

/** Queries and writes of `servers`. Writes resolve to the server as it is then, or null when there is none. */
export function serversRepository(db: Database, onMalformed: OnMalformed) {
  const servers = db.collection(collections.servers);
  const read = documentReader("servers", ServerDocument, onMalformed);
  const get = async (id: string): Promise<ServerDocument | null> => read.one(await servers.findOne({ _id: id }));
  const change: Change = async (id, update, conditions = {}) =>
    read.one(await servers.findOneAndUpdate({ _id: id, ...conditions }, update));

  return {
    get,
    ...roles(get, change),

    async listByIds(ids: readonly string[]): Promise<ServerDocument[]> {
      return ids.length === 0 ? [] : read.many(await servers.find({ _id: { $in: ids } }));
    },

    async listByOwner(ownerId: string): Promise<ServerDocument[]> {
      return read.many(await servers.find({ owner: ownerId }));
    },

    async insert(server: ServerDocument): Promise<void> {
      const defaults = { roles: {}, nsfw: false, analytics: false, discoverable: false };
      await servers.insertOne(withoutDefaults(server, defaults));
    },

    /** Sets and removes single fields; null, and no change, also when `ownerId` is given and does not own the server. */
    async update(
      id: string,
      set: ServerUpdate,
      remove: readonly ServerRemoval[] = [],
      ownerId?: string,
    ): Promise<ServerDocument | null> {
      const update = partialUpdate(set, removalPaths(serverRemovals, remove));
      return update ? change(id, update, ownerId === undefined ? {} : { owner: ownerId }) : get(id);
    },

    /**
     * Appends a channel to a server that has fewer than `channelsMax`; null otherwise. Of two added at once both stay
     * (promise P13), and the limit holds for them too.
     */
    async addChannel(id: string, channelId: string, channelsMax?: number): Promise<ServerDocument | null> {
      if (channelsMax === 0) return null; // there is no last place that could be taken
      const room = channelsMax === undefined ? {} : { [`channels.${channelsMax - 1}`]: { $exists: false } };
      return change(id, { $addToSet: { channels: channelId } }, room);
    },

    /** Removes a channel and the system message slots that point to it (conformance data-49). */
    async removeChannel(id: string, channelId: string): Promise<ServerDocument | null> {
      const slots = SYSTEM_MESSAGE_SLOTS.map((slot) => `system_messages.${slot}`);
      await servers.bulk(
        slots.map((slot) => ({ update: { _id: id, [slot]: channelId }, set: { $unset: { [slot]: true } } })),
      );
      return change(id, { $pull: { channels: channelId } });
    },

    /** Whether the server was there. */
    async delete(id: string): Promise<boolean> {
      return (await servers.deleteOne({ _id: id })).deleted > 0;
    },
  };
}

type Get = (id: string) => Promise<ServerDocument | null>;
type Change = (id: string, update: Update, conditions?: Filter) => Promise<ServerDocument | null>;

/** The roles that a server holds. */
function roles(get: Get, change: Change) {
  return {
    /**
     * Adds a role. Its rank moves to the end when another role took it meanwhile, so that ranks stay unique as long as
     * there is room. Of roles added at once one is settled each time, so nobody tries more often than there are roles.
     */
    async insertRole(id: string, role: RoleDocument): Promise<ServerDocument | null> {
      const { hoist, ...rest } = role;
      const stored = updateForm(hoist ? role : rest);
      let server = await change(id, { $set: { [`roles.${role._id}`]: stored } });
      for (let tries = 0; server && isRankShared(server, role._id); tries++) {
        const all = Object.values(server.roles);
        const rank = rankBelow(all);
        if (rank === null || tries > all.length) break;
        server = await change(id, { $set: { [`roles.${role._id}.rank`]: rank } });
      }
      return server;
    },

    /** Sets and removes single fields of a role that exists; other roles stay as they are (conformance data-30). */
    async updateRole(
      id: string,
      roleId: string,
      set: RoleUpdate,
      remove: readonly RoleRemoval[] = [],
    ): Promise<ServerDocument | null> {
      const update = partialUpdate(set, removalPaths(roleRemovals, remove), `roles.${roleId}.`);
      return update ? change(id, update, { [`roles.${roleId}._id`]: { $exists: true } }) : get(id);
    },

    /** Sets the ranks of several roles at once, so that they stay unique; null, and no change, when one is gone. */
    async setRoleRanks(id: string, ranks: Readonly<Record<string, number>>): Promise<ServerDocument | null> {
      const entries = Object.entries(ranks);
      if (entries.length === 0) return get(id);
      const present = Object.fromEntries(entries.map(([roleId]) => [`roles.${roleId}._id`, { $exists: true }]));
      const set = Object.fromEntries(entries.map(([roleId, rank]) => [`roles.${roleId}.rank`, rank]));
      return change(id, { $set: set }, present);
    },

    /** Removes a role from its server, null when it is gone; members and channels are cleaned by their repositories. */
    async deleteRole(id: string, roleId: string): Promise<ServerDocument | null> {
      return change(id, { $unset: { [`roles.${roleId}`]: true } }, { [`roles.${roleId}._id`]: { $exists: true } });
    },
  };
}

function isRankShared(server: ServerDocument, roleId: string): boolean {
  const rank = server.roles[roleId]?.rank;
  return Object.values(server.roles).some((other) => other._id !== roleId && other.rank === rank);
}
