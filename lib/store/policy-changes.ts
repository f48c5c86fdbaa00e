import { PolicyChangeDocument } from "@lib/model/stored/policy-change.ts";
import { collections } from "@lib/store/collections.ts";
import type { Database } from "@lib/store/database.ts";
import { documentReader, type OnMalformed } from "@lib/store/document-reader.ts";

/** Documents of `policy_changes`. */
export type PolicyChangesRepository = ReturnType<typeof policyChangesRepository>;

/** Queries of `policy_changes`; operators write them. */
export function policyChangesRepository(db: Database, onMalformed: OnMalformed) {
  const changes = db.collection(collections.policyChanges);
  const read = documentReader("policy_changes", PolicyChangeDocument, onMalformed);

  return {
    /** All changes, oldest first. */
    async list(): Promise<PolicyChangeDocument[]> {
      return read.many(await changes.find({})).sort((a, b) => a.created_time - b.created_time);
    },
  };
}
