/**
 * The document port over MongoDB, for operators with more than one machine or an existing database. Filters and
 * updates are MongoDB's own and pass through; this folder only bridges what differs:
 *
 * - integers are stored as Int32 or Int64, never as Double (`convert.ts`, `int64.ts`);
 * - case-insensitive paths are compared with the collation of their index, and the composite `_id` of an upsert is
 *   exact (`filter.ts`); operators without fields are dropped (`update.ts`);
 * - the driver's errors become the port's (`errors.ts`).
 *
 * Commands are counted here (`sender.ts`) and not by the driver's monitoring, which would decode every reply twice;
 * `ensure`, and a list of more than a thousand documents, send several and are counted once.
 */
import { MongoClient, type MongoClientOptions } from "mongodb";
import { type Database, StoreError, StoreUnavailableError } from "@lib/store/database.ts";
import { mongoCollection } from "./collection.ts";
import { ensureCollections, listCollectionNames } from "./ensure.ts";
import { createSender } from "./sender.ts";
import { watchServers } from "./watch-servers.ts";

/** How long an operation waits for a reachable server, and a freed connection, before it is unavailable. */
const unavailableAfterMs = 5000;
/** How long it waits for the answer to what was sent: a lost network says nothing, and no request may wait for ever. */
const unansweredAfterMs = 20_000;

/** Used unless the URL says otherwise. */
const defaults: MongoClientOptions = {
  appName: "ermine",
  serverSelectionTimeoutMS: unavailableAfterMs,
  connectTimeoutMS: unavailableAfterMs,
  heartbeatFrequencyMS: unavailableAfterMs,
  waitQueueTimeoutMS: unavailableAfterMs,
  socketTimeoutMS: unansweredAfterMs,
};

/**
 * Opens a MongoDB database. Nothing is sent before the first operation, and the server may come late, go away and
 * return: operations fail with `StoreUnavailableError` meanwhile. `onState` is told whenever a writable server is
 * found or lost. Throws `StoreError` when the URL is not valid.
 */
export async function openMongo(
  url: string,
  { name, onState = () => {} }: { name: string; onState?: (up: boolean) => void },
): Promise<Database> {
  const client = createClient(url);
  let isClosed = false;
  // What comes next fails for want of a connection, and with that the sender opens one.
  watchServers(client, { onState, onStuck: () => void client.close() });
  const db = client.db(name);
  const sender = createSender({
    connect: async () => {
      if (isClosed) throw new StoreUnavailableError("connect", name, "the database was closed");
      await client.connect();
    },
    deadlineMs: 2 * (client.options.serverSelectionTimeoutMS + (client.options.socketTimeoutMS || unansweredAfterMs)), // it tries twice
  });
  const send = <T>(operation: string, run: () => Promise<T>) => sender.send(operation, name, run);
  return {
    collection: (declaration) => mongoCollection(db, declaration, sender.send),
    ensure: (declarations) => send("ensure", () => ensureCollections(db, declarations)),
    collectionNames: () => send("collectionNames", () => listCollectionNames(db)),
    ping: () => send("ping", async () => void (await db.command({ ping: 1 }))),
    get commands() {
      return sender.commands;
    },
    close: async () => {
      await sender.settled(); // the driver would interrupt them
      isClosed = true;
      await client.close();
    },
  };
}

function createClient(url: string): MongoClient {
  const isGiven = (option: string) => new RegExp(`[?&]${option}=`, "i").test(url);
  const unset = Object.entries(defaults).filter(([option]) => !isGiven(option));
  try {
    return new MongoClient(url, { ...Object.fromEntries(unset), ignoreUndefined: true });
  } catch (error) {
    throw new StoreError("open", "the database", error);
  }
}
