// P4: what a client had, with the events it got, is what a client gets that connects now; and nobody is told of what
// they cannot read. For every route that changes something, and every kind of viewer.
import * as direct from "@lib/contract/direct-messages.ts";
import { routes } from "@services/delta/routes.ts";
import { type Cast, type Viewer, seedCast } from "@tests/convergence/cast.ts";
import {
  type Observed,
  type Observer,
  anotherGateway,
  compared,
  observe,
  readAnew,
} from "@tests/convergence/observe.ts";
import type { Scenarios } from "@tests/convergence/scenario.ts";
import { listAcquaintances, overheard } from "@tests/convergence/overheard.ts";
import { accountScenarios } from "@tests/convergence/scenarios/accounts.ts";
import { channelScenarios } from "@tests/convergence/scenarios/channels.ts";
import { memberScenarios } from "@tests/convergence/scenarios/members.ts";
import { messageScenarios } from "@tests/convergence/scenarios/messages.ts";
import { peopleScenarios } from "@tests/convergence/scenarios/people.ts";
import { serverScenarios } from "@tests/convergence/scenarios/servers.ts";
import { unseenRoutes } from "@tests/convergence/unseen-routes.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { testApi } from "@tests/harness/test-api.ts";
import { describe, expect, test } from "bun:test";

const scenarios: Scenarios = {
  ...messageScenarios,
  ...channelScenarios,
  ...serverScenarios,
  ...memberScenarios,
  ...peopleScenarios,
  ...accountScenarios,
};

/** Opening a conversation makes it, although it is a GET. */
const changing = routes.filter(({ contract }) => contract.method !== "get" || contract === direct.openDirectMessage);
const nameOf = ({ method, path }: { method: string; path: string }) => `${method.toUpperCase()} ${path}`;

test("P4: every route that changes something has a scenario here, or a reason why clients need not be told", () => {
  const ids = new Set(changing.map(({ contract }) => contract.id));
  const missing = changing.filter(({ contract: { id } }) => !scenarios[id]?.length && !unseenRoutes[id]);
  const unknown = [...Object.keys(scenarios), ...Object.keys(unseenRoutes)].filter((id) => !ids.has(id));
  expect({ missing: missing.map(({ contract }) => nameOf(contract)), unknown }).toEqual({ missing: [], unknown: [] });
});

const cases = changing.flatMap(({ contract }) =>
  (scenarios[contract.id] ?? []).map((scenario) => [`${nameOf(contract)}: ${scenario.title}`, scenario] as const),
);

describe("P4: what was known, with the events, is what is told anew, to every kind of viewer:", () => {
  test.each(cases)("%s", async (_, scenario) => {
    await using api = await testApi();
    const cast = await seedCast(api);
    const act = await scenario.prepare(cast);
    await using stack = new AsyncDisposableStack();
    const observers = await connectAll(cast, stack);
    await everybodyIsSeen(cast, observers);
    const before = await listAcquaintances(cast);

    await act();

    await using other = await anotherGateway(api);
    const told = await converge(observers, [other.url, api.eventsUrl]);
    expect(await overheard(cast, told, before)).toEqual([]);
  });
});

/** Connects every viewer. */
async function connectAll({ api, viewers }: Cast, stack: AsyncDisposableStack): Promise<Map<string, Observer>> {
  const observers = new Map<string, Observer>();
  const connect = async ([name, viewer]: [string, Viewer]) =>
    void observers.set(name, stack.use(await observe(api, viewer)));
  await Promise.all(Object.entries(viewers).map(connect));
  return observers;
}

/** Presence follows a connection with a delay: waits until it was announced, and forgets what was told of it. */
async function everybodyIsSeen({ api, viewers }: Cast, observers: ReadonlyMap<string, Observer>): Promise<void> {
  const users = await api.deps.store.users.listByIds(Object.values(viewers).map(({ id }) => id));
  const missing = new Set(users.filter(({ status }) => status?.presence !== "Invisible").map(({ _id }) => _id));
  await eventually(async () => {
    for (const { event } of await api.takeEvents())
      if (event.type === "UserUpdate" && Reflect.get(Object(event["data"]), "online"))
        missing.delete(String(event["id"]));
    return missing.size === 0;
  });
  await Promise.all([...observers.values()].map((observer) => observer.catchUp()));
}

/** Waits until everybody knows what is told to who connects at any of the `urls`; resolves to what they were told. */
async function converge(
  observers: ReadonlyMap<string, Observer>,
  urls: readonly string[],
): Promise<Map<string, Observed[]>> {
  const told = new Map<string, Observed[]>();
  const isSettled = async (name: string, { viewer, snapshot, catchUp }: Observer): Promise<true> => {
    told.set(name, [...(told.get(name) ?? []), ...(await catchUp())]);
    for (const fresh of await Promise.all(urls.map((url) => readAnew(url, viewer)))) {
      expect({ name, isRefused: !fresh }).toEqual({ name, isRefused: snapshot.isLoggedOut });
      const [applied, anew] = fresh ? compared(snapshot, fresh) : [];
      expect({ name, ...Object(applied) }).toEqual({ name, ...Object(anew) });
    }
    return true;
  };
  // Presence follows the end of a connection with a delay: what differs is looked at again.
  const settled = [...observers].map(([name, observer]) =>
    eventually(() => isSettled(name, observer), { timeoutMs: 2_000 }),
  );
  await Promise.all(settled);
  return told;
}
