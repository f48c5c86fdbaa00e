import type { CollectionDeclaration, Filter, FindOptions, Update } from "../database.ts";
import type { ChangedRows } from "./changed-rows.ts";
import type { Failure } from "./failure.ts";
import type { Source } from "./source.ts";

/** A write as it is sent to the writer. */
export type Operation =
  | (Source & { kind: "insert"; document: Record<string, unknown> })
  | (Source & { kind: "update"; filter: Filter; update: Update; many: boolean; upsert: boolean })
  | (Source & {
      kind: "findAndUpdate";
      filter: Filter;
      update: Update;
      upsert: boolean;
      returns: "before" | "after";
      sort: NonNullable<FindOptions["sort"]>;
    })
  | (Source & { kind: "findAndDelete"; filter: Filter })
  | (Source & { kind: "delete"; filter: Filter; many: boolean })
  | { kind: "indexTexts"; collection: string }
  | { kind: "ensure"; declarations: readonly CollectionDeclaration[] };

/** The result of the last operation of a submission: a number of documents, a document as text, or nothing. */
export type Result = number | string | null;

/** How a submission ended. */
export type Outcome = { result: Result } | { failure: Failure };

/** What became of a group: the outcome of each submission, and what else has changed by them. */
export type Answer = { outcomes: Outcome[]; changedRows: ChangedRows };
