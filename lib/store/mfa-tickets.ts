import { MfaTicketDocument } from "@lib/model/stored/mfa-ticket.ts";
import { collections } from "@lib/store/collections.ts";
import type { Database } from "@lib/store/database.ts";
import { documentReader, type OnMalformed } from "@lib/store/document-reader.ts";

/** Documents of `mfa_tickets`. Whether a ticket is too old is for `isTicketLive` to say. */
export type MfaTicketsRepository = ReturnType<typeof mfaTicketsRepository>;

/** Queries and writes of `mfa_tickets`. */
export function mfaTicketsRepository(db: Database, onMalformed: OnMalformed) {
  const tickets = db.collection(collections.mfaTickets);
  const read = documentReader("mfa_tickets", MfaTicketDocument, onMalformed);

  return {
    async getByToken(token: string): Promise<MfaTicketDocument | null> {
      return read.one(await tickets.findOne({ token }));
    },

    async insert(ticket: MfaTicketDocument): Promise<void> {
      const { last_totp_code = null, ...rest } = ticket;
      const document = { ...rest, last_totp_code };
      await tickets.insertOne(document);
    },

    /** Sets fields of a ticket; resolves to it as it is then. */
    async update(
      id: string,
      set: Partial<Pick<MfaTicketDocument, "validated" | "authorised">>,
    ): Promise<MfaTicketDocument | null> {
      return read.one(await tickets.findOneAndUpdate({ _id: id }, { $set: { ...set } }));
    },

    /**
     * Takes a ticket out of circulation and returns it: of two claims at once one succeeds. Only a ticket that equals
     * the given fields is claimed.
     */
    async claim(
      token: string,
      required: Partial<Pick<MfaTicketDocument, "account_id" | "validated" | "authorised">> = {},
    ): Promise<MfaTicketDocument | null> {
      return read.one(await tickets.findOneAndDelete({ token, ...required }));
    },

    async delete(id: string): Promise<void> {
      await tickets.deleteOne({ _id: id });
    },

    /** Ends every ticket of an account. */
    async deleteByAccount(accountId: string): Promise<void> {
      await tickets.deleteMany({ account_id: accountId });
    },

    /** Removes tickets made before a ULID; resolves to how many. */
    async deleteBefore(ulid: string): Promise<number> {
      return (await tickets.deleteMany({ _id: { $lt: ulid } })).deleted;
    },
  };
}
