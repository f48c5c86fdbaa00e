import type { CollectionDeclaration, Filter } from "../database.ts";

/** The filter for what an index with `expireAfterSeconds` lets go at a time; one per such index. */
export function expiredFilters(declaration: CollectionDeclaration, nowMs: number): Filter[] {
  return declaration.indexes.flatMap(({ keys, expireAfterSeconds }) => {
    const [path] = Object.keys(keys);
    if (path === undefined || expireAfterSeconds === undefined) return [];
    return [{ [path]: { $lte: new Date(nowMs - expireAfterSeconds * 1000) } }];
  });
}
