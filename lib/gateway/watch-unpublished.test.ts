import { describe, expect, test } from "bun:test";
import { type WatchDeps, watchUnpublished } from "@lib/gateway/watch-unpublished.ts";
import type { UnpublishedDocument } from "@lib/model/stored/unpublished.ts";
import { silentLogger } from "@lib/telemetry/logger.ts";
import { supervise } from "@lib/telemetry/supervise.ts";
import { LATE, within } from "@lib/telemetry/within.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { type TestStore, openTestStore } from "@tests/harness/open-test-store.ts";
import { storesUnderTest } from "@tests/harness/stores.ts";

/** So far apart that what is claimed is settled before others would take it over. */
const LOOK_MS = 5;
const LOOKS_MAX = 4;

type Given = Partial<WatchDeps["bus"]> & {
  beforeLook?: (look: number) => Promise<void>;
  beforeClaim?: (note: UnpublishedDocument) => Promise<unknown>;
};

/** A process that watches, what it did so far, and a bus that does what a test says. */
function watcher(
  store: TestStore,
  {
    ping = async () => {},
    declareGap = async () => {},
    beforeLook = async () => {},
    beforeClaim = async () => {},
  }: Given = {},
) {
  const ending = new AbortController();
  const seen = { looks: 0, gaps: 0 };
  const unpublished = {
    ...store.unpublished,
    async list() {
      await beforeLook(++seen.looks);
      return store.unpublished.list();
    },
    async claim(note: UnpublishedDocument) {
      await beforeClaim(note);
      return store.unpublished.claim(note);
    },
  };
  const bus = {
    ping,
    declareGap() {
      seen.gaps++;
      return declareGap();
    },
  };
  const deps = { store: { unpublished }, bus, log: silentLogger };
  const watch = (signal: AbortSignal) => watchUnpublished(deps, signal, { lookMs: LOOK_MS, looksMax: LOOKS_MAX });
  const backoff = { minMs: 1, maxMs: 1 };
  const watching = supervise("watch", watch, { log: silentLogger, signal: ending.signal, backoff });
  return {
    seen,
    /** Resolves when it has looked often enough to take anybody for dead who was silent meanwhile. */
    untilSure: (looks = seen.looks + 2 * LOOKS_MAX + 2) => eventually(() => seen.looks >= looks),
    async [Symbol.asyncDispose]() {
      ending.abort();
      await watching;
    },
  };
}

const never = () => new Promise<void>(() => {});
const isEmpty = async ({ unpublished }: TestStore) => (await unpublished.list()).length === 0;

describe.each(storesUnderTest())("the watch for lost events on $name", (driver) => {
  test("P2: of two processes one declares the gap that a process left, and its note is gone", async () => {
    await using store = await openTestStore(driver);
    await store.unpublished.note("dead", 1);
    await using one = watcher(store);
    await using other = watcher(store);

    await eventually(() => isEmpty(store));
    await Promise.all([one.untilSure(), other.untilSure()]);

    expect(one.seen.gaps + other.seen.gaps).toBe(1);
  });

  test("P2: a process that renews its note is left alone, until it does not any more", async () => {
    await using store = await openTestStore(driver);
    let isAlive = true;
    await store.unpublished.note("alive", 0);
    const beforeLook = async (look: number) => {
      if (isAlive && look % LOOKS_MAX === 0) await store.unpublished.note("alive", look);
    };
    await using process = watcher(store, { beforeLook });

    await process.untilSure(10 * LOOKS_MAX);
    expect([process.seen.gaps, await isEmpty(store)]).toEqual([0, false]);
    isAlive = false;

    await eventually(() => isEmpty(store));
    expect(process.seen.gaps).toBe(1);
  });

  test("P2: one that dies before what it declares is told is succeeded by another", async () => {
    await using store = await openTestStore(driver);
    await store.unpublished.note("dead", 1);
    await using first = watcher(store, { declareGap: never });
    await eventually(() => first.seen.gaps === 1);
    expect(await isEmpty(store)).toBe(false);
    await using second = watcher(store);

    await eventually(() => isEmpty(store));
    await second.untilSure();

    expect([first.seen.gaps, second.seen.gaps]).toEqual([1, 1]);
  });

  test("P2: while the bus is away nobody is told and nothing claimed, however long that is", async () => {
    await using store = await openTestStore(driver);
    await store.unpublished.note("dead", 1);
    let isAway = true;
    const ping = async () => {
      if (isAway) throw new Error("the bus is away");
    };
    await using process = watcher(store, { ping });

    await process.untilSure(10 * LOOKS_MAX);
    expect(process.seen.gaps).toBe(0);
    expect(await store.unpublished.list()).toEqual([{ _id: "dead", at: 1 }]);
    isAway = false;

    await eventually(() => isEmpty(store));
    expect(process.seen.gaps).toBe(1);
  });

  test("P2: a database in which nobody could renew a note makes nobody look dead", async () => {
    await using store = await openTestStore(driver);
    await store.unpublished.note("dead", 1);
    let declaredAtLook = 0;
    const beforeLook = async (look: number) => {
      if (look === LOOKS_MAX + 1) throw new Error("the database is away");
    };
    await using process = watcher(store, { beforeLook, declareGap: async () => void (declaredAtLook = looks()) });
    const looks = () => process.seen.looks;

    await eventually(() => isEmpty(store));
    expect(declaredAtLook).toBe(2 * (LOOKS_MAX + 1));
  });

  test("P2: the note of a process that was only slow stays when it is renewed after all", async () => {
    await using store = await openTestStore(driver);
    await store.unpublished.note("slow", 1);
    let at = 1;
    const declareGap = () => store.unpublished.note("slow", (at += 100));
    await using process = watcher(store, { declareGap });

    await eventually(() => process.seen.gaps === 1);
    await process.untilSure();

    expect(await isEmpty(store)).toBe(false);
  });

  test("P2: what several processes left that ended together is one gap", async () => {
    await using store = await openTestStore(driver);
    for (const publisher of ["a", "b", "c"]) await store.unpublished.note(publisher, 1);
    await using one = watcher(store);
    await using other = watcher(store);

    await eventually(() => isEmpty(store));
    await Promise.all([one.untilSure(), other.untilSure()]);

    expect(one.seen.gaps + other.seen.gaps).toBe(1);
  });

  test("P2: what processes left that ended together is one gap, although they had renewed their notes in turn", async () => {
    await using store = await openTestStore(driver);
    await store.unpublished.note("a", 1);
    const beforeLook = async (look: number) => {
      if (look === 2) await store.unpublished.note("b", 1);
    };
    await using process = watcher(store, { beforeLook });

    await eventually(async () => process.seen.gaps > 0 && (await isEmpty(store)));
    await process.untilSure();

    expect(process.seen.gaps).toBe(1);
  });

  test("P2: a process that renews its note is not taken for one that ended together with another", async () => {
    await using store = await openTestStore(driver);
    await store.unpublished.note("dead", 1);
    const beforeLook = async (look: number) => {
      if (look % 2 === 0) await store.unpublished.note("alive", look);
    };
    const claimed: string[] = [];
    const beforeClaim = async ({ _id }: UnpublishedDocument) => claimed.push(_id);
    await using process = watcher(store, { beforeLook, beforeClaim });

    await eventually(() => process.seen.gaps > 0);
    await process.untilSure();

    expect(claimed).toEqual(["dead"]);
  });

  test("P25: the watch ends at once although the database does not answer", async () => {
    await using store = await openTestStore(driver);
    const process = watcher(store, { beforeLook: never });
    await eventually(() => process.seen.looks === 1);

    expect(await within(2_000, process[Symbol.asyncDispose]())).not.toBe(LATE);
  });

  test("P2: what several processes left is not divided: who comes upon a claim leaves the others to its claimer", async () => {
    await using store = await openTestStore(driver);
    for (const publisher of ["a", "b", "c"]) await store.unpublished.note(publisher, 1);
    // Another process claims them at the same time, and dies then.
    const claimed: string[] = [];
    const claim = async (publisher: string) => {
      claimed.push(publisher);
      await store.unpublished.claim({ _id: publisher, at: 1 });
    };
    const beforeClaim = async () => {
      if (claimed.length === 0) await claim("a");
    };
    const beforeLook = async () => {
      if (claimed.length === 1) for (const publisher of ["b", "c"]) await claim(publisher);
    };
    await using process = watcher(store, { beforeClaim, beforeLook });

    await eventually(() => isEmpty(store));

    expect(claimed).toEqual(["a", "b", "c"]);
    expect(process.seen.gaps).toBe(1);
  });
});
