import { AccountDocument } from "@lib/model/stored/account.ts";
import { isoTimestamp } from "@lib/model/stored/timestamp.ts";
import { collections } from "@lib/store/collections.ts";
import type { Collection, Database, Filter, StoredDocument, Update } from "@lib/store/database.ts";
import { type DocumentReader, documentReader, type OnMalformed } from "@lib/store/document-reader.ts";
import { updateForm } from "@lib/store/partial-update.ts";

/** Fields of an account to set; null unsets those that can be unset. */
export type AccountUpdate = Partial<Omit<AccountDocument, "_id" | "password_reset" | "deletion" | "lockout">> & {
  [K in "password_reset" | "deletion" | "lockout"]?: AccountDocument[K] | null;
};

/** The kinds of tokens that are sent by mail. */
export type AccountTokenKind = "verification" | "password_reset" | "deletion";

/** Documents of `accounts`. */
export type AccountsRepository = ReturnType<typeof accountsRepository>;

/** Queries and writes of `accounts`. */
export function accountsRepository(db: Database, onMalformed: OnMalformed) {
  const accounts = db.collection(collections.accounts);
  const read = documentReader("accounts", AccountDocument, onMalformed);
  const get = async (id: string): Promise<AccountDocument | null> => read.one(await accounts.findOne({ _id: id }));

  return {
    get,
    ...mailedTokens(accounts, read),
    ...secondFactors(accounts),
    ...conditionalWrites(accounts),

    async listByIds(ids: readonly string[]): Promise<AccountDocument[]> {
      return ids.length === 0 ? [] : read.many(await accounts.find({ _id: { $in: ids } }));
    },

    /** The account of a normalised e-mail address, in any case (conformance data-4). */
    async getByNormalisedEmail(email: string): Promise<AccountDocument | null> {
      return read.one(await accounts.findOne({ email_normalised: email }));
    },

    /** Accounts whose deletion is due, at most `limit` (conformance data-36). */
    async listDueForDeletion(nowMs: number, limit: number): Promise<AccountDocument[]> {
      const due = { "deletion.status": "Scheduled", "deletion.after": { $lte: isoTimestamp(nowMs) } };
      return read.many(await accounts.find(due, { limit }));
    },

    /** Fails with `DuplicateKeyError` when the id or e-mail address is taken. */
    async insert(account: AccountDocument): Promise<void> {
      await accounts.insertOne({ ...storedAccount(account), _id: account._id });
    },

    /** Sets single fields; resolves to the account as it is then. */
    async update(id: string, set: AccountUpdate): Promise<AccountDocument | null> {
      const update = accountUpdate(set);
      if (Object.keys(update.$set ?? {}).length === 0) return get(id);
      return read.one(await accounts.findOneAndUpdate({ _id: id }, update));
    },

    /** Anonymises an account whose user has been deleted. */
    async markDeleted(id: string): Promise<void> {
      const email = `Deleted User ${id}`;
      const set = { email, email_normalised: email, deletion: { status: "Deleted" } };
      await accounts.updateOne({ _id: id }, { $set: set });
    },
  };
}

type Accounts = Collection<StoredDocument>;

/** The tokens that prove who reads an address. */
function mailedTokens(accounts: Accounts, read: DocumentReader<AccountDocument>) {
  return {
    /** The account that a token was mailed to, unless the token has expired (conformance data-37). */
    async getByToken(kind: AccountTokenKind, token: string, nowMs: number): Promise<AccountDocument | null> {
      return read.one(await accounts.findOne(liveToken(kind, token, nowMs)));
    },

    /**
     * Changes the account of a live token in one step, so that a token is used once; resolves to the account as it was
     * before, or null. `set` must replace the field that holds the token.
     */
    async claimToken(
      kind: AccountTokenKind,
      token: string,
      nowMs: number,
      set: AccountUpdate,
    ): Promise<AccountDocument | null> {
      const filter = liveToken(kind, token, nowMs);
      return read.one(await accounts.findOneAndUpdate(filter, accountUpdate(set), { returns: "before" }));
    },
  };
}

/** Writes that depend on what the account is by then: somebody else may have changed it meanwhile. */
function conditionalWrites(accounts: Accounts) {
  return {
    /** Sets single fields if the account still has a password's hash; of two who replace the same one succeeds. */
    async updateIfPassword(id: string, password: string, set: AccountUpdate): Promise<boolean> {
      return (await accounts.updateOne({ _id: id, password }, accountUpdate(set))).matched > 0;
    },

    /** Notes what was mailed to an address, unless the account has another one by now. */
    async noteReset(
      id: string,
      email: string,
      password_reset: NonNullable<AccountDocument["password_reset"]>,
    ): Promise<void> {
      await accounts.updateOne({ _id: id, email }, accountUpdate({ password_reset }));
    },

    /**
     * Replaces the count of wrong guesses if it is still `attemptsBefore` (null: none was counted), and tells whether it
     * was: of several who saw the same count one succeeds, so that concurrent guesses all count.
     */
    async replaceLockout(
      id: string,
      attemptsBefore: number | null,
      lockout: NonNullable<AccountDocument["lockout"]> | null,
    ): Promise<boolean> {
      const counted = attemptsBefore === null ? { lockout: null } : { "lockout.attempts": attemptsBefore };
      return (await accounts.updateOne({ _id: id, ...counted }, accountUpdate({ lockout }))).matched > 0;
    },

    /** Changes how far an unverified address is, unless it was verified meanwhile. */
    async updatePending(id: string, verification: AccountDocument["verification"]): Promise<boolean> {
      const pending = { _id: id, "verification.status": "Pending" };
      return (await accounts.updateOne(pending, accountUpdate({ verification }))).matched > 0;
    },

    /** Keeps an account at its address although it was about to move to another. */
    async endMove(id: string): Promise<void> {
      const moving = { _id: id, "verification.status": "Moving" };
      await accounts.updateOne(moving, accountUpdate({ verification: { status: "Verified" } }));
    },
  };
}

/** One-time and recovery codes. */
function secondFactors(accounts: Accounts) {
  return {
    /** Begins to set up one-time codes, replacing an earlier attempt; false when they are in force. */
    async setPendingTotp(id: string, secret: string): Promise<boolean> {
      const notInForce = { _id: id, "mfa.totp_token.status": { $ne: "Enabled" } };
      const set = { "mfa.totp_token": { status: "Pending", secret } };
      return (await accounts.updateOne(notInForce, { $set: set })).matched > 0;
    },

    /** Puts the one-time codes of a secret in force; false when it is not the one being set up any more. */
    async enableTotp(id: string, secret: string): Promise<boolean> {
      const pending = { _id: id, "mfa.totp_token.status": "Pending", "mfa.totp_token.secret": secret };
      return (await accounts.updateOne(pending, { $set: { "mfa.totp_token.status": "Enabled" } })).matched > 0;
    },

    async clearTotp(id: string): Promise<void> {
      await accounts.updateOne({ _id: id }, { $unset: { "mfa.totp_token": true } });
    },

    async setRecoveryCodes(id: string, codes: readonly string[]): Promise<void> {
      await accounts.updateOne({ _id: id }, { $set: { "mfa.recovery_codes": [...codes] } });
    },

    /** Whether the code was there; it is not any more. Of two uses at once one succeeds (conformance data-43). */
    async useRecoveryCode(id: string, code: string): Promise<boolean> {
      const holder = { _id: id, "mfa.recovery_codes": code };
      const { matched } = await accounts.updateOne(holder, { $pull: { "mfa.recovery_codes": code } });
      return matched > 0;
    },
  };
}

// The reference compares expiry times as ISO text, so they must be stored and asked for as such.
function liveToken(kind: AccountTokenKind, token: string, nowMs: number): Filter {
  return { [`${kind}.token`]: token, [`${kind}.expiry`]: { $gte: isoTimestamp(nowMs) } };
}

function accountUpdate({ mfa, lockout, ...fields }: AccountUpdate): Update {
  const set: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(fields)) if (value !== undefined) set[field] = updateForm(value);
  if (mfa) set.mfa = storedMfa(mfa);
  if (lockout !== undefined) set.lockout = lockout && storedLockout(lockout);
  return { $set: set };
}

/** The document as the reference writes it: unset parts as null, second factors only when set (conformance data-21). */
function storedAccount(account: AccountDocument): Record<string, unknown> {
  const { password_reset = null, deletion = null, lockout = null, ...rest } = account;
  return accountUpdate({ ...rest, password_reset, deletion, lockout }).$set ?? {};
}

function storedMfa({ totp_token, recovery_codes }: AccountDocument["mfa"]): Record<string, unknown> {
  return { ...(totp_token && { totp_token }), ...(recovery_codes.length > 0 && { recovery_codes }) };
}

function storedLockout({ attempts, expiry }: NonNullable<AccountDocument["lockout"]>): Record<string, unknown> {
  return { attempts, expiry: expiry === undefined ? null : isoTimestamp(expiry) };
}
