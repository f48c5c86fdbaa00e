import { z } from "zod";
import { Int64 } from "@lib/model/int64.ts";
import { FileDocument } from "@lib/model/stored/file.ts";

/** Permissions granted (`a`) and taken (`d`), as stored. */
export const StoredOverride = z.object({ a: Int64, d: Int64 });
export type StoredOverride = z.output<typeof StoredOverride>;

/** A role inside a server document. A lower rank is more powerful. */
export const RoleDocument = z.object({
  _id: z.string(),
  name: z.string(),
  permissions: StoredOverride,
  colour: z.exactOptional(z.string()),
  hoist: z.boolean().default(false),
  rank: Int64.default(0),
  icon: z.exactOptional(FileDocument),
});
export type RoleDocument = z.output<typeof RoleDocument>;
