import { FileDocument, type FileUse } from "@lib/model/stored/file.ts";
import { readTimestamp } from "@lib/model/stored/timestamp.ts";
import { collections } from "@lib/store/collections.ts";
import type { Collection, Database, StoredDocument } from "@lib/store/database.ts";
import { type DocumentReader, documentReader, type OnMalformed } from "@lib/store/document-reader.ts";

/** Documents of `attachments`. */
export type AttachmentsRepository = ReturnType<typeof attachmentsRepository>;

/** Queries and writes of `attachments`, the uploaded files. */
export function attachmentsRepository(db: Database, onMalformed: OnMalformed) {
  const attachments = db.collection(collections.attachments);
  const read = documentReader("attachments", FileDocument, onMalformed);

  return {
    ...marks(attachments),
    ...sweeps(attachments, read),

    async get(tag: string, id: string): Promise<FileDocument | null> {
      return read.one(await attachments.findOne({ _id: id, tag }));
    },

    async listByIds(ids: readonly string[]): Promise<FileDocument[]> {
      return ids.length === 0 ? [] : read.many(await attachments.find({ _id: { $in: ids } }));
    },

    async insert(file: FileDocument): Promise<void> {
      await attachments.insertOne(storedFile(file));
    },

    /**
     * Attaches a file to something, once: of two claims at once one succeeds. Resolves to the file as it was, which is
     * the copy to embed; null when it is missing, deleted or attached already (conformance data-68).
     */
    async claim(tag: string, id: string, use: FileUse, uploaderId: string): Promise<FileDocument | null> {
      const free = { _id: id, tag, used_for: { $exists: false }, deleted: { $ne: true } };
      const update = { $set: { used_for: { type: use.type, id: use.id }, uploader_id: uploaderId } };
      return read.one(await attachments.findOneAndUpdate(free, update, { returns: "before" }));
    },

    /** Gives files back that were claimed for something that was not stored after all. */
    async release(ids: readonly string[], use: FileUse): Promise<void> {
      if (ids.length === 0) return;
      const claimed = { _id: { $in: ids }, "used_for.type": use.type, "used_for.id": use.id };
      await attachments.updateMany(claimed, { $unset: { used_for: true } });
    },

    /** Notes whether an image moves, unless that is known. */
    async setAnimated(id: string, animated: boolean): Promise<void> {
      const unknown = { _id: id, "metadata.type": "Image", "metadata.animated": { $exists: false } };
      await attachments.updateOne(unknown, { $set: { "metadata.animated": animated } });
    },
  };
}

/** Which files can go, and their going. */
function sweeps(attachments: Collection<StoredDocument>, read: DocumentReader<FileDocument>) {
  return {
    /** Files uploaded before a time that nothing uses; times are compared here, being of several kinds (data-69). */
    async listDangling(beforeMs: number): Promise<FileDocument[]> {
      const unused = { "used_for.type": { $exists: false }, deleted: { $ne: true } };
      const times = await attachments.find(unused, { only: ["uploaded_at"] });
      const due = times.filter((raw) => (readTimestamp(Reflect.get(raw, "uploaded_at")) ?? beforeMs) < beforeMs);
      if (due.length === 0) return [];
      return read.many(await attachments.find({ _id: { $in: due.map(({ _id }) => _id) } }));
    },

    /** Files to remove for good; reported ones stay (conformance data-70). */
    async listDeleted(limit: number, afterId?: string): Promise<FileDocument[]> {
      const filter = {
        deleted: true,
        reported: { $ne: true },
        ...(afterId !== undefined && { _id: { $gt: afterId } }),
      };
      return read.many(await attachments.find(filter, { sort: { _id: 1 }, limit }));
    },

    async countByHash(hash: string): Promise<number> {
      return attachments.count({ hash });
    },

    async delete(id: string): Promise<void> {
      await attachments.deleteOne({ _id: id });
    },
  };
}

/** What is to be removed, and what must stay because it was reported. */
function marks(attachments: Collection<StoredDocument>) {
  return {
    async markDeleted(ids: readonly string[]): Promise<void> {
      if (ids.length > 0) await attachments.updateMany({ _id: { $in: ids } }, { $set: { deleted: true } });
    },

    /** Marks the files of messages, whichever way they refer to them. */
    async markDeletedByMessages(messageIds: readonly string[]): Promise<void> {
      if (messageIds.length === 0) return;
      const used = { "used_for.id": { $in: messageIds }, "used_for.type": "Message" };
      await attachments.updateMany({ $or: [used, { message_id: { $in: messageIds } }] }, { $set: { deleted: true } });
    },

    /** Marks what is attached to any of the given things, such as icons (conformance data-50). */
    async markDeletedByUse(ids: readonly string[]): Promise<void> {
      if (ids.length > 0) await attachments.updateMany({ "used_for.id": { $in: ids } }, { $set: { deleted: true } });
    },

    async markReported(ids: readonly string[]): Promise<void> {
      if (ids.length > 0) await attachments.updateMany({ _id: { $in: ids } }, { $set: { reported: true } });
    },
  };
}

// Unset parts are stored as null, as the reference does.
function storedFile(file: FileDocument) {
  const image = file.metadata.type === "Image" && { thumbhash: null, animated: null };
  const unset = { hash: null, uploaded_at: null };
  return { ...unset, ...file, metadata: { ...image, ...file.metadata } };
}
