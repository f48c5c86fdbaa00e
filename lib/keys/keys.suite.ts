import { describe, expect, test } from "bun:test";
import type { Keys } from "@lib/keys/keys.ts";

/** Fresh keys as two processes see them; with an in-process driver both are the same. */
export type KeysUnderTest = AsyncDisposable & {
  keys: Keys;
  other: Keys;
  /** Lets time pass for these keys, without waiting. */
  pass(ms: number): Promise<void>;
};

type Open = () => Promise<KeysUnderTest>;

const MINUTE = 60_000;

/** What every driver of the keys guarantees. */
export function keysSuite(driver: string, open: Open): void {
  describe(`${driver} keys`, () => {
    windowCases(open);
    valueCases(open);
    setCases(open);
    leaseCases(open);
    leaseExpiryCases(open);
    untoldCases(open);
  });
}

function windowCases(open: Open): void {
  test("http-30: each hit leaves one less until the window ends, which is at most its length away", async () => {
    await using given = await open();
    const hits = [];
    for (let hit = 0; hit < 3; hit++) hits.push(await given.keys.hitWindow("w", 3, MINUTE));

    expect(hits.map(({ allowed, remaining }) => [allowed, remaining])).toEqual([
      [true, 2],
      [true, 1],
      [true, 0],
    ]);
    for (const { resetMs } of hits) expectAbout(resetMs, MINUTE);
  });

  test("P16: a full window refuses, refusals change nothing, and a new window starts at the first hit after it", async () => {
    await using given = await open();
    await given.keys.hitWindow("w", 2, MINUTE);
    await given.other.hitWindow("w", 2, MINUTE);
    await given.pass(MINUTE / 2);

    for (let hit = 0; hit < 5; hit++) {
      const refused = await given.keys.hitWindow("w", 2, MINUTE);
      expect([refused.allowed, refused.remaining]).toEqual([false, 0]);
      expectAbout(refused.resetMs, MINUTE / 2);
    }
    await given.pass(MINUTE / 2 + 1);
    const fresh = await given.keys.hitWindow("w", 2, MINUTE);
    expect([fresh.allowed, fresh.remaining]).toEqual([true, 1]);
    expectAbout(fresh.resetMs, MINUTE);
  });

  test("P16: of many hits at once by two processes exactly the limit is allowed", async () => {
    await using given = await open();
    const hits = Array.from({ length: 60 }, (_, at) => (at % 2 ? given.keys : given.other).hitWindow("w", 25, MINUTE));

    const results = await Promise.all(hits);

    expect(results.filter(({ allowed }) => allowed)).toHaveLength(25);
    expect(new Set(results.filter(({ allowed }) => allowed).map(({ remaining }) => remaining)).size).toBe(25);
  });

  test("windows do not touch each other, and a limit of 0 refuses for the whole window", async () => {
    await using given = await open();
    await given.keys.hitWindow("a", 1, MINUTE);

    expect((await given.keys.hitWindow("b", 1, MINUTE)).allowed).toBe(true);
    expect(await given.keys.hitWindow("c", 0, MINUTE)).toEqual({ allowed: false, remaining: 0, resetMs: MINUTE });
  });
}

function valueCases(open: Open): void {
  test("P10: a key is taken by exactly one of many at once, the others learn how long it is held", async () => {
    await using given = await open();
    const takes = Array.from({ length: 20 }, (_, at) => (at % 2 ? given.keys : given.other).take("k", `${at}`, MINUTE));

    const results = await Promise.all(takes);

    expect(results.filter((leftMs) => leftMs === null)).toHaveLength(1);
    for (const leftMs of results) if (leftMs !== null) expectAbout(leftMs, MINUTE);
    expect(await given.other.get("k")).toBe(`${results.indexOf(null)}`);
  });

  test("P10: a key can be taken again once given up, or after its time", async () => {
    await using given = await open();
    await given.keys.take("k", "1", MINUTE);
    await given.keys.delete("k");
    expect(await given.other.take("k", "2", MINUTE)).toBeNull();
    expect(await given.keys.take("k", "3", MINUTE)).not.toBeNull();

    await given.pass(MINUTE + 1);

    expect(await given.keys.take("k", "4", MINUTE)).toBeNull();
    expect(await given.keys.get("k")).toBe("4");
  });

  test("P13: a key is released by its holder only, not by one whose time is over", async () => {
    await using given = await open();
    await given.keys.take("k", "slow", MINUTE);
    await given.pass(MINUTE + 1);
    await given.other.take("k", "next", MINUTE);

    await given.keys.release("k", "slow");
    expect(await given.keys.take("k", "third", MINUTE)).not.toBeNull();

    await given.other.release("k", "next");
    expect(await given.keys.get("k")).toBeNull();
    await given.other.release("k", "next");
  });

  test("a value is read by every process until its time is over; setting it again starts anew", async () => {
    await using given = await open();
    await given.keys.set("k", "old", MINUTE);
    await given.pass(MINUTE / 2);
    await given.keys.set("k", "new", MINUTE);
    await given.pass(MINUTE / 2 + 5_000);

    expect(await given.other.get("k")).toBe("new");
    expectAbout((await given.keys.ttl("k")) ?? 0, MINUTE / 2 - 5_000);

    await given.pass(MINUTE / 2);
    expect(await given.other.get("k")).toBeNull();
    expect(await given.other.ttl("k")).toBeNull();
  });

  test("what is missing reads as null and can be deleted", async () => {
    await using given = await open();
    await given.keys.delete("nope");

    expect(await given.keys.get("nope")).toBeNull();
    expect(await given.keys.getDelete("nope")).toBeNull();
    expect(await given.keys.ttl("nope")).toBeNull();
    expect(await given.keys.getMany(["nope", "neither"])).toEqual([null, null]);
    expect(await given.keys.getMany([])).toEqual([]);
  });

  test("many keys are read in the order asked, whatever text they hold", async () => {
    await using given = await open();
    const texts = ["", " a\r\n b ", "ü\u{1F600}", "0", '{"a":1}'];
    for (const [at, text] of texts.entries()) await given.keys.set(`k${at} ü`, text, MINUTE);

    const read = await given.keys.getMany(["k4 ü", "k0 ü", "nope", "k1 ü", "k2 ü", "k3 ü"]);

    expect(read).toEqual(['{"a":1}', "", null, " a\r\n b ", "ü\u{1F600}", "0"]);
  });

  test("`getDelete` gives the value to exactly one of many at once", async () => {
    await using given = await open();
    await given.keys.set("k", "v", MINUTE);

    const all = Array.from({ length: 10 }, (_, at) => (at % 2 ? given.keys : given.other).getDelete("k"));

    expect((await Promise.all(all)).filter((value) => value !== null)).toEqual(["v"]);
  });

  test("the keys answer a ping", async () => {
    await using given = await open();
    await given.keys.ping();
  });
}

function setCases(open: Open): void {
  test("a set holds each member once until it is removed", async () => {
    await using given = await open();
    for (const member of ["a", "b", "c", "b"]) await given.keys.addToSet("s", member, MINUTE);
    await given.other.removeFromSet("s", "a", "nope");

    expect((await given.other.listSet("s")).toSorted()).toEqual(["b", "c"]);

    await given.keys.removeFromSet("s", "b", "c");
    await given.keys.removeFromSet("s");
    expect(await given.keys.listSet("s")).toEqual([]);
    expect(await given.keys.listSet("nope")).toEqual([]);
  });

  test("a set lives as long as its longest-lived member was meant to", async () => {
    await using given = await open();
    await given.keys.addToSet("s", "long", MINUTE);
    await given.keys.addToSet("s", "short", 1_000);
    expectAbout((await given.keys.ttl("s")) ?? 0, MINUTE);
    await given.pass(MINUTE / 2);
    expect((await given.keys.listSet("s")).toSorted()).toEqual(["long", "short"]);

    await given.keys.addToSet("s", "longer", 2 * MINUTE);
    await given.pass(MINUTE);
    expect(await given.keys.listSet("s")).toHaveLength(3);
    await given.pass(MINUTE + 1);
    expect(await given.keys.listSet("s")).toEqual([]);
  });
}

function leaseCases(open: Open): void {
  test("P8: the first lease of a user and the last one closed are told apart, across processes", async () => {
    await using given = await open();

    expect(await given.keys.openLease("u", "2", MINUTE)).toBe(true);
    expect(await given.other.openLease("u", "4", MINUTE)).toBe(false);
    expect(await given.keys.openLease("v", "6", MINUTE)).toBe(true);
    expect(await given.keys.closeLease("u", "2")).toBe(false);
    expect(await given.keys.countOnline()).toBe(2);
    expect(await given.other.closeLease("u", "4")).toBe(true);
    expect(await given.keys.listOnline(["u", "v", "w"])).toEqual(new Set(["v"]));
    expect(await given.keys.countOnline()).toBe(1);
    expect(await given.keys.reapLeases()).toEqual([]);
  });

  test("P8: of many sessions that start or end at once exactly one is the first and one the last", async () => {
    await using given = await open();
    const side = (at: number) => (at % 2 ? given.keys : given.other);
    const leases = Array.from({ length: 30 }, (_, at) => `${at * 2}`);

    const opened = await Promise.all(leases.map((lease, at) => side(at).openLease("u", lease, MINUTE)));
    const closed = await Promise.all(leases.map((lease, at) => side(at).closeLease("u", lease)));

    expect(opened.filter(Boolean)).toHaveLength(1);
    expect(closed.filter(Boolean)).toHaveLength(1);
    expect(await given.keys.countOnline()).toBe(0);
  });

  test("P8: opening a lease again or closing an unknown one does not confuse the count", async () => {
    await using given = await open();
    await given.keys.openLease("u", "2", MINUTE);

    expect(await given.keys.openLease("u", "2", MINUTE)).toBe(false);
    expect(await given.keys.closeLease("u", "4")).toBe(false);
    expect(await given.keys.closeLease("u", "2")).toBe(true);
    expect(await given.keys.listOnline(["u"])).toEqual(new Set());
  });

  test("who is online is answered for any number of users", async () => {
    await using given = await open();
    const users = Array.from({ length: 1_200 }, (_, at) => `user${at}`);
    await given.keys.renewLeases(
      users.slice(0, 1_100).map((user) => ({ user, lease: "2" })),
      MINUTE,
    );

    expect(await given.other.listOnline(users)).toEqual(new Set(users.slice(0, 1_100)));
    expect(await given.other.listOnline([])).toEqual(new Set());
    expect(await given.other.countOnline()).toBe(1_100);
  });
}

function leaseExpiryCases(open: Open): void {
  test("P8: the users of a killed process are offline when its leases end, each announced by exactly one process", async () => {
    await using given = await open();
    const users = Array.from({ length: 1_100 }, (_, at) => `user${at}`);
    for (const user of ["survivor", ...users.slice(0, 3)]) await given.keys.openLease(user, "2", MINUTE);
    await given.keys.renewLeases(
      users.slice(3).map((user) => ({ user, lease: "2" })),
      MINUTE,
    );
    await given.other.openLease("survivor", "4", 2 * MINUTE);

    await given.pass(MINUTE + 1);

    expect(await given.other.listOnline(["survivor", ...users.slice(0, 5)])).toEqual(new Set(["survivor"]));
    expect(await given.other.countOnline()).toBe(1);
    const reaped = (await Promise.all([given.keys.reapLeases(), given.other.reapLeases()])).flat();
    expect(reaped.toSorted()).toEqual(users.toSorted());
    expect(await given.other.reapLeases()).toEqual([]);
    expect(await given.other.closeLease("survivor", "4")).toBe(true);
  });

  test("P8: a renewed lease stays, and nobody is announced", async () => {
    await using given = await open();
    await given.keys.openLease("u", "2", MINUTE);
    for (let round = 0; round < 4; round++) {
      await given.pass(MINUTE / 2);
      expect(await given.keys.renewLeases([{ user: "u", lease: "2" }], MINUTE)).toEqual([]);
      expect(await given.other.reapLeases()).toEqual([]);
    }

    expect(await given.other.listOnline(["u"])).toEqual(new Set(["u"]));
    expect(await given.keys.renewLeases([], MINUTE)).toEqual([]);
  });

  test("P8: a lease renewed too late is open again; its user is named when that makes them online", async () => {
    await using given = await open();
    await given.keys.openLease("u", "2", MINUTE);
    await given.keys.openLease("v", "2", MINUTE);
    await given.other.openLease("v", "4", 3 * MINUTE);
    await given.pass(MINUTE + 1);
    expect(await given.other.reapLeases()).toEqual(["u"]);

    const leases = ["u", "v"].map((user) => ({ user, lease: "2" }));
    expect(await given.keys.renewLeases(leases, MINUTE)).toEqual(["u"]);

    expect(await given.other.listOnline(["u", "v"])).toEqual(new Set(["u", "v"]));
    expect(await given.other.closeLease("v", "4")).toBe(false);
    expect(await given.keys.closeLease("u", "2")).toBe(true);
    expect(await given.keys.closeLease("v", "2")).toBe(true);
  });

  test("P8: a shorter lease beside a longer one ends nothing early", async () => {
    await using given = await open();
    await given.other.openLease("u", "4", 3 * MINUTE);
    await given.keys.openLease("u", "2", MINUTE);
    await given.keys.renewLeases([{ user: "u", lease: "2" }], MINUTE);
    await given.pass(MINUTE + 1);

    expect(await given.keys.listOnline(["u"])).toEqual(new Set(["u"]));
    expect(await given.keys.reapLeases()).toEqual([]);
    expect(await given.keys.countOnline()).toBe(1);
    expect(await given.other.closeLease("u", "4")).toBe(true);
  });

  test("P8: once the longest lease was closed, the user is online only as long as the others", async () => {
    await using given = await open();
    await given.keys.openLease("u", "2", MINUTE);
    await given.other.openLease("u", "4", 3 * MINUTE);
    expect(await given.other.closeLease("u", "4")).toBe(false);
    expect(await given.keys.listOnline(["u"])).toEqual(new Set(["u"]));

    await given.pass(MINUTE + 1);

    expect(await given.keys.listOnline(["u"])).toEqual(new Set());
    expect(await given.keys.reapLeases()).toEqual(["u"]);
  });

  test("P8: a shortened lease ends sooner; who has another one by then was never away", async () => {
    await using given = await open();
    const leases = ["gone", "back"].map((user) => ({ user, lease: "2" }));
    await given.keys.renewLeases(leases, 9 * MINUTE);

    await given.keys.shortenLeases([...leases, { user: "nobody", lease: "2" }], MINUTE);
    expect(await given.other.openLease("back", "4", 9 * MINUTE)).toBe(false);
    expect(await given.keys.listOnline(["gone", "back", "nobody"])).toEqual(new Set(["gone", "back"]));
    await given.pass(MINUTE + 1);

    expect(await given.other.reapLeases()).toEqual(["gone"]);
    expect(await given.keys.listOnline(["gone", "back"])).toEqual(new Set(["back"]));
    expect(await given.other.closeLease("back", "4")).toBe(true);
  });

  test("P8: shortening makes no lease longer", async () => {
    await using given = await open();
    await given.keys.openLease("u", "2", MINUTE);

    await given.keys.shortenLeases([{ user: "u", lease: "2" }], 9 * MINUTE);
    await given.pass(MINUTE + 1);

    expect(await given.other.reapLeases()).toEqual(["u"]);
  });

  test("P8: a user who returned before their ended lease was removed is not announced as gone", async () => {
    await using given = await open();
    await given.keys.openLease("u", "2", MINUTE);
    await given.pass(MINUTE + 1);

    expect(await given.other.openLease("u", "4", MINUTE)).toBe(true);

    expect(await given.keys.reapLeases()).toEqual([]);
    expect(await given.keys.listOnline(["u"])).toEqual(new Set(["u"]));
  });

  test("P8: closing the last live lease tells it, and an ended one beside it is not announced again", async () => {
    await using given = await open();
    await given.keys.openLease("u", "2", MINUTE);
    await given.other.openLease("u", "4", 2 * MINUTE);
    await given.pass(MINUTE + 1);

    expect(await given.other.closeLease("u", "4")).toBe(true);

    expect(await given.keys.reapLeases()).toEqual([]);
    expect(await given.keys.countOnline()).toBe(0);
  });
}

function untoldCases(open: Open): void {
  const changes: [name: string, change: (given: KeysUnderTest) => Promise<unknown>][] = [
    ["opened the first lease", ({ keys }) => keys.openLease("u", "2", 9 * MINUTE)],
    ["renewed a lost lease", ({ keys }) => keys.renewLeases([{ user: "u", lease: "2" }], 9 * MINUTE)],
    [
      "closed the last lease",
      async ({ keys }) => {
        await keys.openLease("u", "2", MINUTE);
        await keys.noteTold("u");
        await keys.closeLease("u", "2");
      },
    ],
    [
      "removed the ended lease of another",
      async ({ keys, other, pass }) => {
        await other.openLease("u", "2", 1);
        await other.noteTold("u");
        await pass(2);
        await keys.reapLeases();
      },
    ],
    ["owed it", ({ keys }) => keys.claimUntold(["u"], MINUTE)],
  ];

  test.each(changes)(
    "P8: what a process did not tell that %s is told by exactly one other, after a time",
    async (_, change) => {
      await using given = await open();
      await change(given);
      const claimTwice = async () =>
        (await Promise.all([given.keys, given.other].map((keys) => keys.claimUntold([], MINUTE)))).flat();

      await given.pass(MINUTE / 2);
      expect(await claimTwice()).toEqual([]);
      await given.pass(MINUTE);

      expect(await claimTwice()).toEqual(["u"]);
      expect(await claimTwice()).toEqual([]);
    },
  );

  test("P8: what was told is not told again, and who told it learns whether it is true", async () => {
    await using given = await open();
    await given.keys.openLease("u", "2", 9 * MINUTE);
    expect(await given.keys.noteTold("u")).toBe(true);
    await given.other.openLease("v", "4", MINUTE);
    await given.other.closeLease("v", "4");
    expect(await given.other.noteTold("v")).toBe(false);

    await given.pass(MINUTE + 1);

    expect(await given.keys.claimUntold([], MINUTE)).toEqual([]);
    expect(await given.keys.noteTold("never here")).toBe(false);
  });

  test.each([true, false])("P8: what was told although %p is true is still to be told", async (isOnline) => {
    await using given = await open();
    await given.keys.openLease("u", "2", 9 * MINUTE);
    if (!isOnline) await given.keys.closeLease("u", "2");

    expect(await given.keys.noteTold("u", !isOnline)).toBe(isOnline);
    await given.pass(MINUTE + 1);
    expect(await given.other.claimUntold([], MINUTE)).toEqual(["u"]);
    expect(await given.other.noteTold("u", isOnline)).toBe(isOnline);
    await given.pass(MINUTE + 1);

    expect(await given.keys.claimUntold([], MINUTE)).toEqual([]);
  });

  test("P8: any number of users who were not told of is taken over", async () => {
    await using given = await open();
    const users = Array.from({ length: 1_100 }, (_, at) => `user${at}`);
    await given.keys.claimUntold(users, MINUTE);
    await given.pass(MINUTE + 1);

    expect((await given.other.claimUntold([], MINUTE)).toSorted()).toEqual(users.toSorted());
  });
}

/** Time goes on while a test against a real server runs. */
function expectAbout(actualMs: number, expectedMs: number): void {
  expect(actualMs).toBeLessThanOrEqual(expectedMs);
  expect(actualMs).toBeGreaterThan(expectedMs - 5_000);
}
