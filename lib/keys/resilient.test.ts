import { expect, test } from "bun:test";
import type { KeysState } from "@lib/keys/ask-primary.ts";
import { KeysUnavailableError, type Keys } from "@lib/keys/keys.ts";
import { memoryKeys } from "@lib/keys/memory.ts";
import { resilientKeys } from "@lib/keys/resilient.ts";
import { errorOf } from "@tests/harness/error-of.ts";

test("P16: limits keep counting while the shared keys are away, and are shared again after it", async () => {
  const given = open();
  await given.keys.hitWindow("w", 2, 60_000);

  given.primary.isAway = true;
  const meanwhile = [];
  for (let hit = 0; hit < 3; hit++) meanwhile.push((await given.keys.hitWindow("w", 2, 60_000)).allowed);
  expect(meanwhile).toEqual([true, true, false]);

  given.primary.isAway = false;
  given.pass(1_000);
  expect(await given.keys.hitWindow("w", 2, 60_000)).toMatchObject({ allowed: true, remaining: 0 });
  expect(given.states).toEqual(["fallback", "primary"]);
});

test("after a failure the shared keys are asked again once per interval, not by every call", async () => {
  const given = open();
  given.primary.isAway = true;
  await given.keys.get("k");
  const asked = given.primary.calls;

  for (let call = 0; call < 10; call++) await given.keys.get("k");
  expect(given.primary.calls).toBe(asked);
  given.pass(250);
  await Promise.all(Array.from({ length: 10 }, () => given.keys.get("k")));
  expect(given.primary.calls).toBe(asked + 1);
  expect(given.states).toEqual(["fallback"]);
});

test("P16: shared keys that refuse writes are away, though they answer reads, until they take writes again", async () => {
  const given = open();
  for (const write of ["take", "ping"]) given.primary.refused.add(write);
  const early = given.keys.get("k"); // is answered when a write has been refused
  for (let turn = 0; turn < 3; turn++) {
    expect(await given.keys.take("lock", `${turn}`, 10_000)).toBeNull();
    await early;
    given.pass(1_000);
    expect(await given.keys.get("k")).toBeNull();
    await given.keys.release("lock", `${turn}`);
    given.pass(1_000);
  }
  expect(given.states).toEqual(["fallback"]);

  given.primary.refused.clear();
  await given.keys.get("k");
  expect(given.states).toEqual(["fallback", "primary"]);
});

test("P8: leases opened before an outage are known during it: nobody is announced twice", async () => {
  const given = open();
  await given.keys.openLease("u", "2", 60_000);

  given.primary.isAway = true;

  expect(await given.keys.openLease("u", "4", 60_000)).toBe(false);
  expect(await given.keys.renewLeases([{ user: "u", lease: "2" }], 60_000)).toEqual([]);
  expect(await given.keys.listOnline(["u", "v"])).toEqual(new Set(["u"]));
  expect(await given.keys.closeLease("u", "2")).toBe(false);
  expect(await given.keys.closeLease("u", "4")).toBe(true);
});

test("P8: leases that the shared keys lost in an outage are restored when renewed", async () => {
  const given = open();
  given.primary.isAway = true;
  await given.keys.openLease("u", "2", 60_000);
  given.primary.isAway = false;
  given.pass(1_000);

  expect(await given.keys.renewLeases([{ user: "u", lease: "2" }], 60_000)).toEqual(["u"]);

  expect(await given.primary.keys.listOnline(["u"])).toEqual(new Set(["u"]));
});

test("P8: a lease closed in an outage is over in the shared keys after it, and its user named once by each who closed one", async () => {
  const given = open();
  const other = resilientKeys(given.shared, memoryKeys({ now: given.now }), { now: given.now, onState: () => {} });
  await given.keys.openLease("u", "2", 60_000);
  await other.openLease("u", "4", 60_000);

  given.primary.isAway = true;
  for (const close of [given.keys.closeLease("u", "2"), other.closeLease("u", "4")]) expect(await close).toBe(true);
  expect(await given.keys.reconcileLeases()).toEqual([]);
  given.primary.isAway = false;
  given.pass(1_000);

  expect(await given.keys.reconcileLeases()).toEqual(["u"]);
  expect(await given.keys.listOnline(["u"])).toEqual(new Set(["u"]));
  expect(await other.reconcileLeases()).toEqual(["u"]);
  expect(await given.keys.listOnline(["u"])).toEqual(new Set());
  expect([await given.keys.reconcileLeases(), await other.reconcileLeases()]).toEqual([[], []]);
});

test("P8: of those said to be offline in an outage, the ones that only other processes knew are named after it", async () => {
  const given = open();
  await given.primary.keys.openLease("elsewhere", "2", 60_000);
  await given.keys.openLease("here", "4", 60_000);

  given.primary.isAway = true;
  expect(await given.keys.listOnline(["elsewhere", "here", "nowhere"])).toEqual(new Set(["here"]));
  given.primary.isAway = false;
  given.pass(1_000);

  expect(await given.keys.reconcileLeases()).toEqual(["elsewhere"]);
  expect(await given.keys.reconcileLeases()).toEqual([]);
});

test("P8: who was found to be offline in an outage when others were told of them is named after it, if online", async () => {
  const given = open();
  await given.primary.keys.openLease("elsewhere", "2", 60_000);
  given.primary.isAway = true;
  for (const user of ["elsewhere", "nowhere"]) expect(await given.keys.noteTold(user)).toBe(false);

  given.primary.isAway = false;
  given.pass(1_000);

  expect(await given.keys.reconcileLeases()).toEqual(["elsewhere"]);
  expect(await given.keys.reconcileLeases()).toEqual([]);
});

test.each<[string, (keys: Keys) => Promise<unknown>]>([
  ["opened", async () => {}],
  ["opened, renewed", (keys) => keys.renewLeases([{ user: "u", lease: "4" }], 600_000)],
  ["opened, closed", (keys) => keys.closeLease("u", "4")],
])(
  "P8: of who stays online elsewhere nothing is to be told in an outage because a lease was %s before",
  async (_, change) => {
    const given = open();
    await given.primary.keys.openLease("u", "2", 600_000);
    await given.keys.openLease("u", "4", 600_000);
    await change(given.keys);
    given.primary.isAway = true;
    given.pass(60_001);

    expect(await given.keys.claimUntold([], 60_000)).toEqual([]);
  },
);

test("without an outage there is nothing to reconcile, and nothing is asked", async () => {
  const given = open();
  await given.keys.openLease("u", "2", 60_000);
  await given.keys.closeLease("u", "2");
  await given.keys.listOnline(["u"]);
  const asked = given.primary.calls;

  expect(await given.keys.reconcileLeases()).toEqual([]);
  expect(given.primary.calls).toBe(asked);
});

test("other errors are not hidden by the fallback, and a ping tells the truth", async () => {
  const given = open();
  await given.keys.set("text", "v", 60_000);
  expect(String(await errorOf(given.keys.listSet("text")))).toContain("holds no set");

  given.primary.isAway = true;
  expect(await errorOf(given.keys.ping())).toBeInstanceOf(KeysUnavailableError);
});

/** Resilient keys on a clock of their own, over shared keys that can go away. */
function open() {
  let nowMs = 0;
  const now = () => nowMs;
  const primary = { keys: memoryKeys({ now }), isAway: false, refused: new Set<string>(), calls: 0 };
  const states: KeysState[] = [];
  const guarded = new Proxy<Keys>(primary.keys, {
    get(target, name, receiver) {
      const operation: unknown = Reflect.get(target, name, receiver);
      if (typeof operation !== "function") return operation;
      return async (...args: unknown[]) => {
        primary.calls++;
        if (primary.isAway || primary.refused.has(String(name))) throw new KeysUnavailableError("away");
        return Reflect.apply(operation, target, args);
      };
    },
  });
  const keys = resilientKeys(guarded, memoryKeys({ now }), { now, onState: (state) => states.push(state) });
  return { keys, primary, shared: guarded, states, now, pass: (ms: number) => void (nowMs += ms) };
}
