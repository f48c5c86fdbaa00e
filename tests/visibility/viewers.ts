import { endAllSessions } from "@lib/domain/sessions/end-all-sessions.ts";
import { revokeSession } from "@lib/domain/sessions/end-session.ts";
import { viewUserFor } from "@lib/domain/users/view-users.ts";
import type { CatalogueEvent } from "@lib/event/catalogue.ts";
import { closeCodes } from "@lib/gateway/close-codes.ts";
import { type Format, READY_FIELDS } from "@lib/gateway/handshake.ts";
import { subjectsOf } from "@tests/convergence/overheard.ts";
import { knownUserIds } from "@tests/harness/comparable-snapshot.ts";
import { type Snapshot, applyEvent, flatten, snapshotOf } from "@tests/harness/convergence.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { publishMarker } from "@tests/harness/publish-marker.ts";
import type { TestSocket } from "@tests/harness/socket.ts";
import type { TestPerson } from "@tests/harness/test-gateway.ts";
import type { Stage } from "@tests/visibility/stage.ts";
import { expect } from "bun:test";

/** How somebody connects. */
type Manner = { person: TestPerson; url: string; format: Format; resume: boolean };

/** A socket of somebody, and what its client made of the events. */
export type Viewer = Manner & { socket: TestSocket; snapshot: Snapshot };

/** What every viewer asks for: all that `Ready` can tell. */
export const EVERYTHING = { ready: [...READY_FIELDS, "user_settings[theme]"] };

/** Connects everybody three times, in both formats and resumably, spread over the gateways. */
export async function connectAll(stage: Stage): Promise<Viewer[]> {
  const manners = stage.people.flatMap((person, at) => {
    const [here = "", there = ""] = at % 2 === 0 ? stage.urls : stage.urls.toReversed();
    return [
      { person, url: here, format: "json", resume: false },
      { person, url: there, format: "msgpack", resume: false },
      { person, url: there, format: "json", resume: true },
    ] as const;
  });
  const viewers: Viewer[] = [];
  for (const manner of manners) viewers.push(await connect(stage, manner));
  await stage.settle();
  for (const viewer of viewers) await listen(stage, viewer);
  return viewers;
}

async function connect({ gateway }: Stage, { person, url, format, resume }: Manner): Promise<Viewer> {
  const socket = await gateway.socket(person.token, { url, format, resume, ...EVERYTHING });
  return { person, url, format, resume, socket, snapshot: snapshotOf(await socket.take("Ready")) };
}

/**
 * What a viewer was told since, of nothing that it does not know. Null when it had to start afresh instead, which only
 * happens to who was continued at another gateway shortly before.
 */
export async function listen(stage: Stage, viewer: Viewer): Promise<CatalogueEvent[] | null> {
  const told = await receive(stage, viewer);
  if (!told) Object.assign(viewer, await connect(stage, viewer));
  const events = told?.map(withoutPosition).flatMap(flatten) ?? [];
  const { snapshot } = viewer;
  for (const event of events) {
    const { channel, server } = subjectsOf(event);
    const isKnown = {
      channel: !channel || snapshot.channels.has(channel),
      server: !server || snapshot.servers.has(server),
    };
    expect({ of: viewer.person.id, event, ...isKnown }).toMatchObject({ channel: true, server: true });
    applyEvent(snapshot, event);
  }
  await meet(stage, snapshot);
  return told && events;
}

async function receive({ gateway: { deps } }: Stage, { person, socket }: Viewer): Promise<CatalogueEvent[] | null> {
  const isMarker = await publishMarker(deps, person.id);
  await eventually(() => socket.closes.length > 0 || socket.events.some(isMarker), { describe: "the marker" });
  if (socket.closes.length === 0) return socket.events.splice(0, socket.events.findIndex(isMarker) + 1).slice(0, -1);
  expect(socket.closes.map(({ code }) => code)).toEqual([closeCodes.gap.code]);
  return null;
}

function withoutPosition(event: CatalogueEvent): CatalogueEvent {
  // Frames of resumable sockets have it beside the fields of the event.
  const { position: _, ...rest } = event as CatalogueEvent & { position?: string };
  return rest as CatalogueEvent;
}

/** Clients forget people whom they have nothing to do with any more, and ask for those whom they only know the id of. */
async function meet({ gateway: { deps } }: Stage, snapshot: Snapshot): Promise<void> {
  const known = new Set(knownUserIds(snapshot));
  for (const id of snapshot.users.keys()) if (!known.has(id)) snapshot.users.delete(id);
  const self = await deps.store.users.get(snapshot.selfId);
  const strangers = await deps.store.users.listByIds([...known].filter((id) => !snapshot.users.has(id)));
  for (const user of strangers) snapshot.users.set(user._id, await viewUserFor(deps, self, user));
}

/** One or two lose the connection and come back, which may empty a gateway of all that it held for them. */
export async function reconnect(stage: Stage, viewers: Viewer[], at: number): Promise<void> {
  const lost = viewers.splice(at % viewers.length, 1 + (at % 2));
  for (const { socket } of lost) await socket.client.close();
  for (const manner of lost) viewers.push(await connect(stage, manner));
}

/** A resumable connection is lost: it is no viewer until it comes back. */
export function lose(viewers: Viewer[], at: number): Viewer[] {
  const resumable = viewers.filter(({ resume }) => resume);
  const lost = resumable.slice(at % resumable.length).slice(0, 1);
  for (const viewer of lost) {
    viewers.splice(viewers.indexOf(viewer), 1);
    viewer.socket.client.drop();
  }
  return lost;
}

/** A lost connection is continued at one of the gateways, or starts afresh. */
export async function comeBack(stage: Stage, viewers: Viewer[], lost: Viewer, at: number): Promise<void> {
  const { person, format, resume, socket } = lost;
  const url = stage.urls[at % stage.urls.length] ?? lost.url;
  const how = { url, format, resume, resumeFrom: socket.client.resumePoint, untilReady: false, ...EVERYTHING };
  const back = await stage.gateway.socket(person.token, how);
  const { recovered } = await back.take("Resumed");
  const snapshot = recovered ? lost.snapshot : snapshotOf(await back.take("Ready"));
  const viewer = { ...lost, url, socket: back, snapshot };
  viewers.push(viewer);
  await listen(stage, viewer);
}

/** A session of somebody ends, or all of them, with its connections; another one begins. */
export async function relog(stage: Stage, viewers: Viewer[], person: TestPerson, isEverywhere: boolean): Promise<void> {
  const { gateway } = stage;
  const ended = viewers.filter((viewer) => viewer.person === person);
  await stage.settle();
  for (const viewer of ended) await listen(stage, viewer); // who has to start afresh does so before
  if (isEverywhere) await endAllSessions(gateway.deps, person.id);
  else await revokeSession(gateway.deps, person.id, { id: person.sessionId });
  Object.assign(person, await gateway.session(person.id));
  for (const viewer of ended) {
    await viewer.socket.take("Logout");
    await eventually(() => viewer.socket.closes.some(({ code }) => code === closeCodes.loggedOut.code));
    Object.assign(viewer, await connect(stage, viewer));
  }
}
