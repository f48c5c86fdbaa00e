import { readSettings, type UserSetting } from "@lib/model/stored/user-settings.ts";
import { collections } from "@lib/store/collections.ts";
import type { Database } from "@lib/store/database.ts";

/** Documents of `user_settings`. */
export type UserSettingsRepository = ReturnType<typeof userSettingsRepository>;

/** Queries and writes of `user_settings`. Keys must be free of `.`, not start with `$` and not be empty or `_id`. */
export function userSettingsRepository(db: Database) {
  const settings = db.collection(collections.userSettings);

  return {
    /** The given settings of a user, or all when no key is given; those that do not exist are left out. */
    async get(userId: string, keys: readonly string[] = []): Promise<Record<string, UserSetting>> {
      const document = await settings.findOne({ _id: userId }, keys.length > 0 ? { only: keys } : {});
      return document ? readSettings(document) : {};
    },

    /** Sets settings; the last write of a key wins (conformance data-25). */
    async set(userId: string, values: Readonly<Record<string, UserSetting>>): Promise<void> {
      await settings.updateOne({ _id: userId }, { $set: { ...values } }, { upsert: true });
    },

    async delete(userId: string): Promise<void> {
      await settings.deleteOne({ _id: userId });
    },
  };
}
