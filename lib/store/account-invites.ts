import { AccountInviteDocument } from "@lib/model/stored/account-invite.ts";
import { collections } from "@lib/store/collections.ts";
import type { Database } from "@lib/store/database.ts";
import { documentReader, type OnMalformed } from "@lib/store/document-reader.ts";

/** Documents of `account_invites`. */
export type AccountInvitesRepository = ReturnType<typeof accountInvitesRepository>;

/** Queries and writes of `account_invites`. */
export function accountInvitesRepository(db: Database, onMalformed: OnMalformed) {
  const invites = db.collection(collections.accountInvites);
  const read = documentReader("account_invites", AccountInviteDocument, onMalformed);

  return {
    async get(code: string): Promise<AccountInviteDocument | null> {
      return read.one(await invites.findOne({ _id: code }));
    },

    async insert(code: string): Promise<void> {
      await invites.insertOne({ _id: code });
    },

    /** Whether the invite was unused, or used for this account; it is used now. Of two claims at once one succeeds. */
    async claim(code: string, accountId: string): Promise<boolean> {
      const set = { used: true, claimed_by: accountId };
      const claimable = { _id: code, $or: [{ used: { $ne: true } }, { claimed_by: accountId }] };
      const { matched } = await invites.updateOne(claimable, { $set: set });
      return matched > 0;
    },

    /** Makes an invite usable again when the registration that claimed it failed. */
    async release(code: string, accountId: string): Promise<void> {
      await invites.updateOne({ _id: code, claimed_by: accountId }, { $unset: { used: true, claimed_by: true } });
    },
  };
}
