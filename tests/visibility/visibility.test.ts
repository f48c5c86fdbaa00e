// Exact visibility: whatever happens on servers and between people, every socket gets the messages of exactly the channels
// that its user may view now, and what it was told adds up to what a fresh start gives (P4), also across gateways and over
// lost connections (P3). Random operations, seeded: ERMINE_TEST_SEED gives other ones, ERMINE_TEST_BUDGET_MS more of them.
import { type Snapshot, snapshotOf } from "@tests/harness/convergence.ts";
import { comparableSnapshot } from "@tests/harness/comparable-snapshot.ts";
import { type Profile, profiles } from "@tests/harness/profiles.ts";
import { type TestPerson, testGateway } from "@tests/harness/test-gateway.ts";
import { pick, refuse } from "@tests/visibility/chosen.ts";
import { PEOPLE, type Stage, listViewable, sayEverywhere, setStage } from "@tests/visibility/stage.ts";
import { KINDS, PROLOGUE, type Step, perform } from "@tests/visibility/steps.ts";
import {
  EVERYTHING,
  type Viewer,
  comeBack,
  connectAll,
  listen,
  lose,
  reconnect,
  relog,
} from "@tests/visibility/viewers.ts";
import { describe, expect, test } from "bun:test";
import fc from "fast-check";

/** Sends a message to every channel there is, and compares who got which with who may view which. */
async function probe(stage: Stage, viewers: readonly Viewer[], author: TestPerson): Promise<void> {
  await stage.settle();
  const user = (await stage.actor(author.id))?.user ?? refuse();
  const probes = await sayEverywhere(stage, { id: author.id, user });
  const check = async (viewer: Viewer): Promise<void> => {
    const events = await listen(stage, viewer);
    if (!events) return;
    const of = viewer.person.id;
    const got = events.flatMap((event) => (event.type === "Message" && probes.has(event._id) ? [event.channel] : []));
    const expected = await listViewable(stage, of);
    expect({ of, got: got.sort() }).toEqual({ of, got: expected });
    expect({ of, known: [...viewer.snapshot.channels.keys()].sort() }).toEqual({ of, known: expected });
  };
  await Promise.all(viewers.map(check));
}

/** Compares what clients hold with the Ready of their gateway, and of one that has seen none of the events. */
async function compareWithReady(stage: Stage, viewers: readonly Viewer[]): Promise<void> {
  const { gateway } = stage;
  await using another = await testGateway({ drivers: gateway.drivers });
  await stage.settle();
  for (const viewer of viewers) {
    const { person, format } = viewer;
    for (const url of [viewer.url, another.url]) {
      await using socket = await gateway.socket(person.token, { url, format, ...EVERYTHING });
      await listen(stage, viewer);
      const { snapshot } = viewer;
      const fresh = snapshotOf(await socket.take("Ready"));
      const bots = [snapshot, fresh].flatMap(({ users }) => [...users.values()].filter(({ bot }) => bot));
      const ids = new Set(bots.map(({ _id }) => _id));
      const [held, told] = [snapshot, fresh].map((own) => comparable(own, snapshot.joined, ids));
      expect({ of: person.id, ...Object(held) }).toEqual({ of: person.id, ...Object(told) });
    }
  }
}

/** The count in a Ready may be ahead of an event that is still on its way. */
function comparable(snapshot: Snapshot, joined: ReadonlySet<string>, bots: ReadonlySet<string>): unknown {
  const text = JSON.stringify(comparableSnapshot(withoutBots(snapshot, bots), joined), (key, value: unknown) =>
    key === "approximate_member_count" ? undefined : value,
  );
  return JSON.parse(text);
}

/** Nobody is told how they stand to a bot: it is shown as None also to who has blocked it (conformance data-77). */
function withoutBots(snapshot: Snapshot, bots: ReadonlySet<string>): Snapshot {
  const self = snapshot.users.get(snapshot.selfId) ?? refuse();
  const relations = (self.relations ?? []).filter(({ _id }) => !bots.has(_id));
  return { ...snapshot, users: new Map(snapshot.users).set(self._id, { ...self, relations }) };
}

async function play(profile: Profile, steps: readonly Step[]): Promise<void> {
  await using stage = await setStage(profile);
  for (const step of PROLOGUE) await perform(stage, step);
  const viewers = await connectAll(stage);
  let away: Viewer[] = [];
  for (const step of steps) {
    const { a, b, c } = step;
    if (a % 5 === 0 && away.length === 0) away = lose(viewers, b);
    await perform(stage, step);
    if (c % 6 === 0) await reconnect(stage, viewers, a);
    if (b % 3 === 0) for (const viewer of away.splice(0)) await comeBack(stage, viewers, viewer, c);
    if (c % 13 === 0 && away.length === 0) await relog(stage, viewers, pick(stage.people, a % PEOPLE), b % 2 === 0);
    await probe(stage, viewers, pick(stage.people, b));
  }
  for (const viewer of away) await comeBack(stage, viewers, viewer, 0);
  await compareWithReady(stage, viewers);
  await Promise.all(viewers.map(({ socket }) => socket.client.close()));
}

const anyNumber = fc.nat({ max: 63 });
const anyStep = fc.record({
  kind: fc.constantFrom(...KINDS),
  by: fc.nat({ max: PEOPLE - 1 }),
  a: anyNumber,
  b: anyNumber,
  c: anyNumber,
});

describe.each(profiles)("visibility of everything on $name", (profile) => {
  const budgetMs = Number(process.env["ERMINE_TEST_BUDGET_MS"] ?? 10_000);

  test(
    "P4 P3: sockets get the messages of exactly the channels that their users may view, whatever happens",
    async () => {
      const options = {
        seed: Number(process.env["ERMINE_TEST_SEED"] ?? 20_261),
        interruptAfterTimeLimit: budgetMs,
        numRuns: 1_000,
      };
      let last = Promise.resolve();
      const property = fc.asyncProperty(
        fc.array(anyStep, { minLength: 5, maxLength: 25 }),
        (steps) => (last = play(profile, steps)),
      );
      await fc.assert(property, { ...options, markInterruptAsFailure: false, endOnFailure: false });
      await last; // the time limit stops waiting for it, but not the run itself, which uses its database until it ends
    },
    budgetMs + 110_000,
  );
});
