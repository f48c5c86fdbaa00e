import { collections } from "@lib/store/collections.ts";
import type { Collection, StoredDocument } from "@lib/store/database.ts";
import { initialiseDatabase } from "@lib/store/initialise-database.ts";
import { openStore, type Store } from "@lib/store/store.ts";
import type { StoreUnderTest } from "@tests/harness/stores.ts";

/** A store on a new, initialised database. */
export type TestStore = Store &
  AsyncDisposable & {
    /** The documents of a collection as they are stored. */
    raw(name: keyof typeof collections): Collection<StoredDocument>;
    /** What was reported as malformed: collection and id. */
    malformed: [collection: string, id: unknown][];
  };

/** Opens a new store of a driver, for one test. */
export async function openTestStore(driver: StoreUnderTest): Promise<TestStore> {
  const database = await driver.open();
  await initialiseDatabase(database);
  const malformed: TestStore["malformed"] = [];
  return {
    ...openStore(database, { onMalformed: (collection, id) => malformed.push([collection, id]) }),
    raw: (name) => database.collection(collections[name]),
    malformed,
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}
