import { memberRemovals } from "@lib/model/removal-paths.ts";
import { MemberDocument, type MemberKey } from "@lib/model/stored/member.ts";
import { isoTimestamp } from "@lib/model/stored/timestamp.ts";
import { collections } from "@lib/store/collections.ts";
import {
  type Collection,
  type Database,
  DuplicateKeyError,
  type Filter,
  type StoredDocument,
} from "@lib/store/database.ts";
import { type DocumentReader, documentReader, type OnMalformed } from "@lib/store/document-reader.ts";
import { partialUpdate, removalPaths, withoutDefaults } from "@lib/store/partial-update.ts";

// Who left during a timeout keeps a document, so that joining again does not lift the timeout; they are no member.
const ACTIVE = { pending_deletion_at: { $exists: false } };
const LEFT = { pending_deletion_at: { $ne: null } };

/** Fields of a member that can be removed. */
export type MemberRemoval = keyof typeof memberRemovals;

/** Fields of a member to set. */
export type MemberUpdate = Partial<Omit<MemberDocument, "_id" | "joined_at">>;

/** Documents of `server_members`. */
export type MembersRepository = ReturnType<typeof membersRepository>;

/** Queries and writes of `server_members`. No query returns or counts those who left. */
export function membersRepository(db: Database, onMalformed: OnMalformed) {
  const members = db.collection(collections.members);
  const read = documentReader("server_members", MemberDocument, onMalformed);
  // By the whole key, which is the primary one: every request on a server asks for a member.
  const get = async (server: string, user: string): Promise<MemberDocument | null> => {
    const raw = await members.findOne({ _id: { server, user } });
    return raw && !("pending_deletion_at" in raw) ? read.one(raw) : null;
  };
  const source = { members, read, get };
  return { get, ...queries(source), ...comingsAndGoings(source), ...changes(source) };
}

/** Some members of a server, and after whom the next ones come: null when these are the last. */
export type MemberChunk = { members: MemberDocument[]; next: string | null };

type Source = {
  members: Collection<StoredDocument>;
  read: DocumentReader<MemberDocument>;
  get(server: string, user: string): Promise<MemberDocument | null>;
};

/** Who is a member of what. */
function queries({ members, read }: Omit<Source, "get">) {
  const list = async (filter: Filter): Promise<MemberDocument[]> =>
    read.many(await members.find({ ...filter, ...ACTIVE }));

  return {
    async listByUser(userId: string): Promise<MemberDocument[]> {
      return list({ "_id.user": userId });
    },

    /** Those of the users who are members of a server. */
    async listByUsers(serverId: string, userIds: readonly string[]): Promise<MemberDocument[]> {
      return userIds.length === 0 ? [] : list({ "_id.server": serverId, "_id.user": { $in: userIds } });
    },

    /** The memberships of a user in the given servers. */
    async listByServers(userId: string, serverIds: readonly string[]): Promise<MemberDocument[]> {
      return serverIds.length === 0 ? [] : list({ "_id.user": userId, "_id.server": { $in: serverIds } });
    },

    /** Members who have any of the roles. */
    async listByRoles(serverId: string, roleIds: readonly string[]): Promise<MemberDocument[]> {
      return roleIds.length === 0 ? [] : list({ "_id.server": serverId, roles: { $in: roleIds } });
    },

    /** The next `limit` members in order of user id, after one of them; for walking through large servers. */
    async listChunk(serverId: string, afterUserId: string | null, limit: number): Promise<MemberChunk> {
      const after = afterUserId === null ? {} : { "_id.user": { $gt: afterUserId } };
      const filter = { "_id.server": serverId, ...after, ...ACTIVE };
      const found = await members.find(filter, { sort: { "_id.user": 1 }, limit });
      return { members: read.many(found), next: found.length < limit ? null : userOf(found.at(-1)) };
    },

    /** Ids of the servers that a user is a member of. */
    async listServerIds(userId: string): Promise<string[]> {
      return (await list({ "_id.user": userId })).map(({ _id }) => _id.server);
    },

    /** Ids of the servers that both are members of. */
    async listMutualServerIds(a: string, b: string): Promise<string[]> {
      const [ofA, ofB] = await Promise.all([list({ "_id.user": a }), list({ "_id.user": b })]);
      const servers = new Set(ofA.map(({ _id }) => _id.server));
      return ofB.map(({ _id }) => _id.server).filter((id) => servers.has(id));
    },

    /** All but those who left: either number is one that an index answers alone, however large the server. */
    async countByServer(serverId: string): Promise<number> {
      const server = { "_id.server": serverId };
      const [documents, left] = await Promise.all([members.count(server), members.count({ ...server, ...LEFT })]);
      return Math.max(0, documents - left); // somebody may have left between the two
    },

    async countByUser(userId: string): Promise<number> {
      return members.count({ "_id.user": userId, ...ACTIVE });
    },
  };
}

/** Whose membership a document is, even one that cannot be read. */
function userOf(raw: StoredDocument | undefined): string | null {
  const { user } = (raw?._id ?? {}) as Partial<MemberKey>; // it was found by the parts of its key
  return user ?? null;
}

/** Joining and leaving. */
function comingsAndGoings({ members, read, get }: Source) {
  return {
    /**
     * Makes somebody a member. Who left during a timeout gets their document back, with the timeout (conformance
     * data-45). Null when they are a member already.
     */
    async join(key: MemberKey, nowMs: number): Promise<MemberDocument | null> {
      const returned = await members.findOneAndUpdate(
        { ...byKey(key.server, key.user), pending_deletion_at: { $exists: true } },
        { $set: { joined_at: nowMs }, $unset: { pending_deletion_at: true } },
      );
      if (returned) return read.one(returned);
      const _id = { server: key.server, user: key.user };
      const document = { _id, joined_at: nowMs };
      try {
        await members.insertOne(document);
      } catch (error) {
        if (error instanceof DuplicateKeyError) return null;
        throw error;
      }
      return { ...document, roles: [], can_publish: true, can_receive: true };
    },

    /** Stores a member as given; fails with `DuplicateKeyError` when there is a document already. */
    async insert(member: MemberDocument): Promise<void> {
      const { server, user } = member._id;
      const defaults = { roles: [], can_publish: true, can_receive: true };
      await members.insertOne(withoutDefaults({ ...member, _id: { server, user } }, defaults));
    },

    /**
     * Ends a membership. A timeout that still runs outlives it (conformance data-44); else the document goes
     * (conformance data-47). Resolves to the member as they were, or null when they were none.
     */
    async remove({ server, user }: MemberKey, nowMs: number): Promise<MemberDocument | null> {
      const member = await get(server, user);
      if (!member) return null;
      const active = { ...byKey(server, user), ...ACTIVE };
      if (member.timeout === undefined || member.timeout <= nowMs)
        return read.one(await members.findOneAndDelete(active));
      const update = {
        $set: { pending_deletion_at: isoTimestamp(member.timeout) },
        $unset: { joined_at: true, avatar: true, nickname: true, roles: true } as const,
      };
      return read.one(await members.findOneAndUpdate(active, update, { returns: "before" }));
    },

    /** Removes the documents of those who left and whose timeout is over (conformance data-46); resolves to how many. */
    async deleteExpired(nowMs: number): Promise<number> {
      return (await members.deleteMany({ pending_deletion_at: { $lt: isoTimestamp(nowMs) } })).deleted;
    },

    async deleteByServer(serverId: string): Promise<void> {
      await members.deleteMany({ "_id.server": serverId });
    },

    async deleteByUser(userId: string): Promise<void> {
      await members.deleteMany({ "_id.user": userId });
    },
  };
}

/** What changes about a member. */
function changes({ members, read, get }: Source) {
  return {
    /** Sets and removes single fields; resolves to the member as they are then. */
    async update(
      { server, user }: MemberKey,
      set: MemberUpdate,
      remove: readonly MemberRemoval[] = [],
    ): Promise<MemberDocument | null> {
      const update = partialUpdate(set, removalPaths(memberRemovals, remove));
      if (!update) return get(server, user);
      return read.one(await members.findOneAndUpdate({ ...byKey(server, user), ...ACTIVE }, update));
    },

    /** Gives a member a role, next to those they have. */
    async addRole({ server, user }: MemberKey, roleId: string): Promise<void> {
      await members.updateOne({ ...byKey(server, user), ...ACTIVE }, { $addToSet: { roles: roleId } });
    },

    /** Takes a role from every member (conformance data-48). */
    async removeRole(serverId: string, roleId: string): Promise<void> {
      await members.updateMany({ "_id.server": serverId, roles: roleId }, { $pull: { roles: roleId } });
    },
  };
}

function byKey(serverId: string, userId: string): Filter {
  return { "_id.server": serverId, "_id.user": userId };
}
