import { userRemovals } from "@lib/model/removal-paths.ts";
import { type StoredRelationshipStatus, UserDocument } from "@lib/model/stored/user.ts";
import { collections } from "@lib/store/collections.ts";
import type { Collection, Database, StoredDocument } from "@lib/store/database.ts";
import { type DocumentReader, documentReader, type OnMalformed } from "@lib/store/document-reader.ts";
import { partialUpdate, removalPaths, withoutDefaults } from "@lib/store/partial-update.ts";

// Every path that says something about the person; conformance data-35.
const PERSONAL_PATHS = [
  ...["avatar", "status", "profile", "display_name", "pronouns", "badges", "privileged", "suspended_until"],
];

/** Fields of a user that can be removed. */
export type UserRemoval = keyof typeof userRemovals;

/** Fields of a user to set. `status` and `profile` are merged into what is stored, field by field. */
export type UserUpdate = Partial<Omit<UserDocument, "_id" | "relations">>;

/** Documents of `users`. */
export type UsersRepository = ReturnType<typeof usersRepository>;

/** Queries and writes of `users`. */
export function usersRepository(db: Database, onMalformed: OnMalformed) {
  const users = db.collection(collections.users);
  const read = documentReader("users", UserDocument, onMalformed);
  const get = async (id: string): Promise<UserDocument | null> => read.one(await users.findOne({ _id: id }));

  return {
    get,
    ...relationships(users, read),

    /** Those of the given users that exist, in no particular order. */
    async listByIds(ids: readonly string[]): Promise<UserDocument[]> {
      return ids.length === 0 ? [] : read.many(await users.find({ _id: { $in: ids } }));
    },

    /** The user of a name (in any case) and discriminator. */
    async getByName(username: string, discriminator: string): Promise<UserDocument | null> {
      return read.one(await users.findOne({ username, discriminator }));
    },

    /** Discriminators in use with a name, in any case (conformance data-33). */
    async listDiscriminators(username: string): Promise<string[]> {
      const namesakes = read.many(await users.find({ username }));
      return namesakes.map(({ discriminator }) => discriminator);
    },

    /** Fails with `DuplicateKeyError` when the id, or the name with the discriminator, is taken. */
    async insert(user: UserDocument): Promise<void> {
      await users.insertOne(withoutDefaults(user, { privileged: false }));
    },

    /** Sets and removes single fields; resolves to the user as it is then, or null when there is none. */
    async update(id: string, set: UserUpdate, remove: readonly UserRemoval[] = []): Promise<UserDocument | null> {
      const { status, profile, ...fields } = set;
      const merged = { ...fields, ...dotted("status", status), ...dotted("profile", profile) };
      const update = partialUpdate(merged, removalPaths(userRemovals, remove));
      return update ? read.one(await users.findOneAndUpdate({ _id: id }, update)) : get(id);
    },

    /** Leaves nothing of a person but their id: name, discriminator and flags of a deleted user (conformance data-35). */
    async markDeleted(id: string): Promise<UserDocument | null> {
      const set = { username: `Deleted User ${id}`, discriminator: "0000", flags: 2, relations: [] };
      const update = partialUpdate(set, PERSONAL_PATHS) ?? {};
      return read.one(await users.findOneAndUpdate({ _id: id }, update));
    },

    /** Removes a user document; only to undo an insert whose bot could not be stored. */
    async delete(id: string): Promise<void> {
      await users.deleteOne({ _id: id });
    },
  };
}

/** How users stand to each other. */
function relationships(users: Collection<StoredDocument>, read: DocumentReader<UserDocument>) {
  return {
    /** Sets how a user stands to another. A user has at most one relation with another (conformance data-32). */
    async setRelationship(
      id: string,
      targetId: string,
      status: Exclude<StoredRelationshipStatus, "None" | "User">,
    ): Promise<void> {
      const entry = { _id: targetId, status };
      const absent = { _id: id, "relations._id": { $ne: targetId } };
      for (let attempt = 0; attempt < RELATION_ATTEMPTS_MAX; attempt++) {
        await users.updateOne({ _id: id }, { $pull: { relations: { _id: targetId } } });
        const { matched } = await users.updateOne(absent, { $push: { relations: entry } });
        if (matched > 0 || (await users.count({ _id: id })) === 0) return;
      }
    },

    /** Ends any relation of a user with another. */
    async clearRelationship(id: string, targetId: string): Promise<void> {
      await users.updateOne({ _id: id }, { $pull: { relations: { _id: targetId } } });
    },

    /** Ends the relations that others have with a user, part of deleting them. */
    async clearRelationshipsWith(targetId: string, ids: readonly string[]): Promise<void> {
      if (ids.length === 0) return;
      await users.updateMany({ _id: { $in: ids } }, { $pull: { relations: { _id: targetId } } });
    },

    /** Ids of the users who are friends of both. Found from these two: no index leads to who names them. */
    async listMutualFriendIds(a: string, b: string): Promise<string[]> {
      const both = read.many(await users.find({ _id: { $in: [a, b] } }));
      const [ofOne = new Set(), ofOther = new Set()] = both.map(friendsOf);
      const shared = [...ofOne.intersection(ofOther)];
      const friends = shared.length === 0 ? [] : read.many(await users.find({ _id: { $in: shared } }));
      return friends.filter((user) => friendsOf(user).isSupersetOf(new Set([a, b]))).map(({ _id }) => _id);
    },
  };
}

const friendsOf = ({ relations = [] }: UserDocument): Set<string> =>
  new Set(relations.flatMap(({ _id, status }) => (status === "Friend" ? _id : [])));

// Two requests that change the same relation at once can undo each other's push; the second round settles it.
const RELATION_ATTEMPTS_MAX = 8;

function dotted(field: string, value: object | undefined): Record<string, unknown> {
  if (!value) return {};
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [`${field}.${key}`, inner]));
}
