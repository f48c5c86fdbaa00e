import { FileHashDocument } from "@lib/model/stored/file-hash.ts";
import { collections } from "@lib/store/collections.ts";
import { type Database, DuplicateKeyError } from "@lib/store/database.ts";
import { documentReader, type OnMalformed } from "@lib/store/document-reader.ts";

/** Documents of `attachment_hashes`. */
export type AttachmentHashesRepository = ReturnType<typeof attachmentHashesRepository>;

/** Queries and writes of `attachment_hashes`, the physical objects. */
export function attachmentHashesRepository(db: Database, onMalformed: OnMalformed) {
  const hashes = db.collection(collections.attachmentHashes);
  const read = documentReader("attachment_hashes", FileHashDocument, onMalformed);

  return {
    async get(hash: string): Promise<FileHashDocument | null> {
      return read.one(await hashes.findOne({ _id: hash }));
    },

    /** The object of bytes with this hash, be it of what was uploaded or of what was kept of it (conformance data-66). */
    async getByContent(hash: string): Promise<FileHashDocument | null> {
      return read.one(await hashes.findOne({ $or: [{ _id: hash }, { processed_hash: hash }] }));
    },

    /** Whether the hash is new. */
    async insert(hash: FileHashDocument): Promise<boolean> {
      const image = hash.metadata.type === "Image" && { thumbhash: null, animated: null };
      const document = { ...hash, metadata: { ...image, ...hash.metadata } };
      try {
        await hashes.insertOne(document);
        return true;
      } catch (error) {
        if (error instanceof DuplicateKeyError) return false;
        throw error;
      }
    },

    /** Notes that the object is uploaded, encrypted with this nonce. */
    async setIv(hash: string, iv: string): Promise<void> {
      await hashes.updateOne({ _id: hash }, { $set: { iv } });
    },

    /** Notes whether an image moves, unless that is known. */
    async setAnimated(hash: string, animated: boolean): Promise<void> {
      const unknown = { _id: hash, "metadata.type": "Image", "metadata.animated": { $exists: false } };
      await hashes.updateOne(unknown, { $set: { "metadata.animated": animated } });
    },

    async delete(hash: string): Promise<void> {
      await hashes.deleteOne({ _id: hash });
    },
  };
}
