import type { AnyBulkWriteOperation } from "mongodb";
import type { BulkOperation } from "@lib/store/database.ts";
import type { Translation } from "./translation.ts";

/** Turns one operation of a bulk into MongoDB's. */
export function toBulkWrite<D>(operation: BulkOperation, translation: Translation<D>): AnyBulkWriteOperation {
  if ("insert" in operation) return { insertOne: { document: translation.toStored(operation.insert) } };
  if ("delete" in operation) {
    const { filter, collation } = translation.toSelection(operation.delete);
    return operation.many ? { deleteMany: { filter, ...collation } } : { deleteOne: { filter, ...collation } };
  }
  const upsert = operation.upsert ?? false;
  const { filter, collation } = translation.toSelection(operation.update, { upsert });
  const write = { filter, update: translation.toUpdate(operation.set), upsert, ...collation };
  return operation.many ? { updateMany: write } : { updateOne: write };
}

/** How many commands an ordered bulk becomes: one per run of operations of the same kind. */
export function bulkCommands(operations: readonly BulkOperation[]): number {
  return operations.filter((operation, index) => kindOf(operation) !== kindOf(operations[index - 1])).length;
}

function kindOf(operation: BulkOperation | undefined): string | undefined {
  return operation && ["insert", "delete", "update"].find((kind) => kind in operation);
}
