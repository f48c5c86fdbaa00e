import { collections } from "@lib/store/collections.ts";
import { type Database, DuplicateKeyError } from "@lib/store/database.ts";

/** The schema revision that this version reads and writes. */
const REVISION = 52;

const MARK_ATTEMPTS_MAX = 5;
const MARK_PAUSE_MS = 50;

/** The database cannot be used as it is; an operator has to act. Its message says how. */
export class MigrationError extends Error {}

/**
 * Makes a database ready: a new one gets everything, an existing one what it lacks. A database of a later revision is
 * accepted as it is; an earlier one, or one without a revision, is refused with `MigrationError` and left untouched
 * (conformance data-1, data-5 to data-9). Safe to repeat, and to run from several processes at once.
 */
export async function initialiseDatabase(database: Database): Promise<void> {
  const names = await database.collectionNames();
  if (names.length === 0) await markRevision(database);
  else await checkRevision(database, names);
  await database.ensure(Object.values(collections));
}

/** Written first: the reference refuses a database that exists without it, should this process end right afterwards. */
async function markRevision(database: Database): Promise<void> {
  const revision = { _id: 0, revision: REVISION };
  try {
    await database.collection(collections.migrations).insertOne(revision);
  } catch (error) {
    // Another process is initialising the same database.
    if (!(error instanceof DuplicateKeyError)) throw error;
  }
}

async function checkRevision(database: Database, names: readonly string[]): Promise<void> {
  // Just made and still empty: another process is about to mark it.
  const mayBeMarked = names.length === 1 && names[0] === collections.migrations.name;
  let revision = await readRevision(database);
  for (let attempt = 0; mayBeMarked && revision === null && attempt < MARK_ATTEMPTS_MAX; attempt++) {
    await Bun.sleep(MARK_PAUSE_MS);
    revision = await readRevision(database);
  }
  if (revision === null) {
    throw new MigrationError(
      "The database is not empty, but its `migrations` collection holds no revision. Use an empty database, or one of a Stoat deployment.",
    );
  }
  if (revision < REVISION) {
    throw new MigrationError(
      `The database is at revision ${revision}, and revision ${REVISION} is needed. Start Stoat 0.15 on it once, which migrates it, then try again.`,
    );
  }
}

async function readRevision(database: Database): Promise<number | null> {
  const document = await database.collection(collections.migrations).findOne({});
  const revision: unknown = document && Reflect.get(document, "revision");
  return typeof revision === "number" ? revision : null;
}
