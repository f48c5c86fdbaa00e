import { collections } from "@lib/store/collections.ts";
import type { Database, StoredDocument } from "@lib/store/database.ts";
import fixture from "@tests/fixtures/reference-database.json";

/** Every document that the reference left behind, by the name of its collection, with integers as the port has them. */
export const referenceDocuments: Readonly<Record<string, StoredDocument[]>> = Object.fromEntries(
  Object.entries(fixture.collections).map(([name, documents]) => [name, documents.map(parseDocument)]),
);

/** Fills an empty database with the documents of the reference; of their indexes it has none. */
export async function loadReferenceDatabase(database: Database): Promise<void> {
  for (const declaration of Object.values(collections)) {
    const documents = referenceDocuments[declaration.name] ?? [];
    await database.ensure([{ ...declaration, indexes: [] }]);
    if (documents.length > 0) await database.collection(declaration).insertMany(documents);
  }
}

function parseDocument(document: object): StoredDocument {
  const parsed = parseExtendedJson(document);
  if (typeof parsed !== "object" || parsed === null || !("_id" in parsed)) throw new Error("a document without _id");
  return parsed;
}

/** Canonical extended JSON as values: the kinds of numbers and dates that the reference writes. */
function parseExtendedJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(parseExtendedJson);
  if (typeof value !== "object" || value === null) return value;
  const [only, ...others] = Object.entries(value);
  if (only && others.length === 0) {
    const [kind, content] = only;
    if (kind === "$numberLong" || kind === "$numberInt") return integer(String(content));
    if (kind === "$date") return new Date(Number(parseExtendedJson(content)));
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, parseExtendedJson(inner)]));
}

function integer(text: string): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}
