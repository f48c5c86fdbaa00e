import { z } from "zod";
import { FileMetadata } from "@lib/model/stored/file.ts";
import { Timestamp } from "@lib/model/stored/timestamp.ts";

/** A physical object, shared by every attachment with the same bytes. */
export const FileHashDocument = z.object({
  /** SHA-256 of the bytes as uploaded, lower-case hex. */
  _id: z.string(),
  processed_hash: z.string(),
  created_at: Timestamp,
  bucket_id: z.string(),
  path: z.string(),
  /** Base64 nonce; empty while not uploaded, and for objects that are not encrypted. */
  iv: z.string(),
  metadata: FileMetadata,
  content_type: z.string(),
  size: z.number(),
});
export type FileHashDocument = z.output<typeof FileHashDocument>;
