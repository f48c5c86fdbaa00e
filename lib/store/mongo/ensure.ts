import { type CreateIndexesOptions, type Db, MongoServerError } from "mongodb";
import type { CollectionDeclaration, IndexDeclaration } from "@lib/store/database.ts";
import { ignoringCase } from "./translation.ts";

/** Creates the declared collections and indexes that are missing and leaves existing ones as they are. */
export async function ensureCollections(db: Db, declarations: readonly CollectionDeclaration[]): Promise<void> {
  const existing = new Set(await listCollectionNames(db));
  for (const declaration of declarations) {
    const isNew = !existing.has(declaration.name);
    if (isNew) await createCollection(db, declaration);
    await ensureIndexes(db, declaration, isNew);
  }
}

/** Names of the collections, without the server's own. */
export async function listCollectionNames(db: Db): Promise<string[]> {
  const found = await db.listCollections({}, { nameOnly: true }).toArray();
  return found.map(({ name }) => name).filter((name) => !name.startsWith("system."));
}

async function createCollection(db: Db, { name, cappedBytes }: CollectionDeclaration): Promise<void> {
  if (cappedBytes !== undefined && (await canCreateCapped(db, name, cappedBytes))) return;
  await unless(alreadyThere, () => db.createCollection(name));
}

/** Some servers that speak MongoDB's protocol have no capped collections; an ordinary one then has to do. */
async function canCreateCapped(db: Db, name: string, size: number): Promise<boolean> {
  try {
    await db.createCollection(name, { capped: true, size });
    return true;
  } catch (error) {
    if (error instanceof MongoServerError) return false;
    throw error;
  }
}

async function ensureIndexes(db: Db, { name, indexes }: CollectionDeclaration, isNew: boolean): Promise<void> {
  if (indexes.length === 0) return;
  const collection = db.collection(name);
  const existing = new Set(isNew ? [] : (await collection.listIndexes().toArray()).map((index) => index["name"]));
  for (const index of indexes.filter((declared) => !existing.has(declared.name))) {
    await unless(alreadyThere, () => collection.createIndex(index.keys, toIndexOptions(index)));
  }
}

function toIndexOptions({ name, unique, caseInsensitive, expireAfterSeconds }: IndexDeclaration): CreateIndexesOptions {
  return {
    name,
    ...(unique && { unique }),
    ...(caseInsensitive && { collation: ignoringCase }),
    ...(expireAfterSeconds !== undefined && { expireAfterSeconds }),
  };
}

/**
 * NamespaceExists: another process created the collection meanwhile. IndexOptionsConflict, IndexKeySpecsConflict: an
 * index with these keys or this name exists, made by somebody with other options, which must not be changed.
 */
const alreadyThere = [48, 85, 86];

async function unless(codes: readonly number[], run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof MongoServerError) || !codes.includes(Number(error.code))) throw error;
  }
}
