/**
 * Searches for words, in a thread of their own: how long one takes grows with how often its words were ever written, in
 * whatever channel, and the thread of the caller serves everybody's requests and sockets meanwhile.
 */
import { StoreUnavailableError } from "../database.ts";
import { storeError } from "./failure.ts";
import { decode, encode } from "./json.ts";
import { ownThread } from "./own-thread.ts";
import type { Found, Searches, SearchOutcome } from "./search.ts";

/** Searches that wait at once; more are refused. Each waits for all before it, and nobody wants to wait for long. */
const PENDING_MAX = 32;

type Pending = { label: string; collection: string } & PromiseWithResolvers<Found>;

/** Searches a file. */
export function searchThread(path: string): Searches {
  const pending: Pending[] = [];
  let commands = 0;
  let isClosed = false;
  const thread = ownThread({
    module: "searcher",
    greeting: path,
    onText(text) {
      const answered = pending.shift();
      if (pending.length === 0) thread.rest();
      if (answered) settle(answered, decode(text) as SearchOutcome); // encoded by the searcher
    },
    onLoss(reason) {
      for (const { label, collection, reject } of pending.splice(0))
        reject(new StoreUnavailableError(label, collection, new Error(reason)));
    },
  });
  return {
    get commands() {
      return commands;
    },
    run(label, search) {
      const { collection } = search.source;
      const refuse = (reason: string) =>
        Promise.reject(new StoreUnavailableError(label, collection, new Error(reason)));
      if (isClosed) return refuse("closed");
      if (pending.length >= PENDING_MAX) return refuse("too many searches wait");
      commands++;
      const asked = { label, collection, ...Promise.withResolvers<Found>() };
      pending.push(asked);
      thread.send(encode(search));
      return asked.promise;
    },
    async close() {
      isClosed = true;
      await thread.close();
    },
  };
}

function settle({ label, collection, resolve, reject }: Pending, outcome: SearchOutcome): void {
  if ("failure" in outcome) reject(storeError(label, collection, outcome.failure));
  else resolve(outcome.found);
}
