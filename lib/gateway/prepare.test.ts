// What happens between the reads of a snapshot and its `Ready` is in it, or follows it (P1).
import { publish } from "@lib/domain/publish.ts";
import type { BusEntry } from "@lib/bus/bus.ts";
import { comparePositions } from "@lib/bus/position.ts";
import type { CatalogueEvent } from "@lib/event/catalogue.ts";
import { channelUpdate } from "@lib/event/channel-events.ts";
import type { Publication } from "@lib/event/event.ts";
import { messageDelete } from "@lib/event/message-events.ts";
import { serverMemberUpdate, serverUpdate } from "@lib/event/server-events.ts";
import type { ChannelDocument, TextChannelDocument } from "@lib/model/stored/channel.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { QUIET, hiddenBut } from "@tests/harness/gateway-community.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type TestGateway, role, testGateway } from "@tests/harness/test-gateway.ts";
import { describe, expect, test } from "bun:test";

/** Has something happen after everything that others may change was read, each time as long as `isWanted`. */
function betweenReads({ deps }: TestGateway, isWanted: (times: number) => boolean, work: () => Promise<unknown>): void {
  const { channels } = deps.store;
  const { listByIds } = channels;
  let times = 0;
  channels.listByIds = async (ids) => {
    const read = await listByIds(ids);
    if (isWanted(++times)) await work();
    return read;
  };
}

/** Concerns nobody. */
const NEWS_OF_ANOTHER = serverUpdate({ id: "another", data: {}, clear: [] });

/** A message that is there before and after. */
const REMAINS = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

const isFirst = (times: number): boolean => times === 1;

/** Two members of a server, the second with role R, which opens a hidden channel; somebody else watches the bus. */
async function scene(gateway: TestGateway) {
  const [owner, member, watcher] = [await gateway.user(QUIET), await gateway.user(QUIET), await gateway.user(QUIET)];
  const server = await gateway.server(owner.id, { roles: { R: role("R", 0, 0) } });
  const open = await gateway.channel(server);
  await gateway.channel(server, hiddenBut("R"));
  await gateway.join(server, owner.id);
  await gateway.join(server, member.id, ["R"]);
  const group = await gateway.group(owner.id, [member.id]);
  const watch = await gateway.socket(watcher.token);
  return {
    owner,
    member,
    server,
    open,
    group,
    /** Publishes, and waits until the gateway has dispatched it. */
    async tell(publication: Publication): Promise<void> {
      await publish(gateway.deps, publication);
      await gateway.received(watcher.id, watch);
    },
  };
}

type Scene = Awaited<ReturnType<typeof scene>>;

/** Changes that are written and told after what they concern was read. */
const changes: Record<string, (deps: TestGateway["deps"], s: Scene) => Promise<unknown>> = {
  "own roles": async ({ store }, { server, member, tell }) => {
    const key = { server: server._id, user: member.id };
    await store.members.update(key, { roles: [] });
    await tell(serverMemberUpdate({ id: key, data: { roles: [] }, clear: [] }));
  },
  "the name of a group": async ({ store }, { group, tell }) => {
    await store.channels.update(group._id, { name: "renamed" });
    await tell(channelUpdate({ id: group._id, data: { name: "renamed" }, clear: [] }, group));
  },
  "the newest message of a channel": async ({ store }, { open, tell }) => {
    const data = { last_message_id: "01ARZ3NDEKTSV4RRFFQ69G5FAV" };
    await store.channels.noteMessage(open._id, data.last_message_id, false);
    await tell(channelUpdate({ id: open._id, data, clear: [] }, open));
  },
};

const namesNewest = (channel: TextChannelDocument, id: string) =>
  channelUpdate({ id: channel._id, data: { last_message_id: id }, clear: [] }, channel);

const messagesOf = (events: readonly CatalogueEvent[]): string[] =>
  events.flatMap((event) => (event.type === "Message" ? [event._id] : []));

describe.each(profiles)("preparing a connection on $name", (profile) => {
  test.each(
    Object.entries(changes).flatMap(([name, change]) => [true, false].map((isHeld) => ({ name, change, isHeld }))),
  )(
    "P1: $name, changed after being read, is as it is now (others of the server connected: $isHeld)",
    async ({ change, isHeld }) => {
      await using gateway = await testGateway({ profile });
      const s = await scene(gateway);
      const others = isHeld ? [await gateway.socket(s.owner.token)] : [];
      betweenReads(gateway, isFirst, () => change(gateway.deps, s));

      await using socket = await gateway.socket(s.member.token);
      const told = await gateway.received(s.member.id, socket);
      // Another gateway has heard of nothing and reads it all.
      await using another = await testGateway({ drivers: gateway.drivers });
      await using fresh = await another.socket(s.member.token);
      const expected = await fresh.take("Ready");

      expect(told.slice(0, 2).map(({ type }) => type)).toEqual(["Authenticated", "Ready"]);
      expect(channelsOf(told.find(({ type }) => type === "Ready"))).toEqual(channelsOf(expected));
      for (const other of others) await other.client.close();
    },
  );

  test.each(["one of two members", "the only member", "somebody else"])(
    "P1 P4: a message sent and deleted while %s connects is not named as the newest of its channel",
    async (who) => {
      await using gateway = await testGateway({ profile });
      const s = await scene(gateway);
      await gateway.deps.store.channels.noteMessage(s.open._id, REMAINS, false);
      const witnesses = who === "the only member" ? [] : [await gateway.socket(s.owner.token)];
      betweenReads(gateway, isFirst, async () => {
        const id = await gateway.say(s.open._id, s.owner.user);
        await publish(gateway.deps, namesNewest(s.open, REMAINS));
        await s.tell(messageDelete({ id, channel: s.open._id }));
      });

      const connecting = who === "somebody else" ? await gateway.user(QUIET) : s.member;
      await using socket = await gateway.socket(connecting.token);
      const told = await gateway.received(connecting.id, socket);
      await using later = await gateway.socket(s.member.token);

      expect(newestIn(s.open, told)).toBe(connecting === s.member ? REMAINS : undefined);
      expect(newestIn(s.open, [await later.take("Ready")])).toBe(REMAINS);
      for (const witness of witnesses) await witness.client.close();
    },
  );

  test("P1 P3: a message sent while somebody is resumed elsewhere is known there as the newest of its channel", async () => {
    await using gateway = await testGateway({ profile });
    const s = await scene(gateway);
    await using lost = await gateway.socket(s.member.token, { resume: true });
    await gateway.received(s.member.id, lost);
    await using another = await testGateway({ drivers: gateway.drivers });
    let newest = "";
    betweenReads(another, isFirst, async () => {
      newest = await gateway.say(s.open._id, s.owner.user);
      await lost.take("Message");
    });

    const resumeFrom = lost.client.resumePoint;
    await using back = await another.socket(s.member.token, { resume: true, resumeFrom, untilReady: false });
    const resumed = await back.take("Resumed");
    const message = await back.take("Message");
    await using later = await another.socket(s.member.token);

    expect([resumed.recovered, message._id]).toEqual([true, newest]);
    expect(newestIn(s.open, [await later.take("Ready")])).toBe(newest);
  });

  test("P1 P6: an event that cannot be encoded keeps nobody from connecting who was just doing so", async () => {
    await using gateway = await testGateway({ profile });
    const s = await scene(gateway);
    await using _other = await gateway.socket(s.owner.token);
    let id = "";
    betweenReads(gateway, isFirst, async () => {
      const bad = { type: "Message", _id: "M", channel: s.open._id, author: s.owner.id, huge: 10n ** 30n };
      await gateway.deps.bus.publish([s.open._id], bad);
      id = await gateway.say(s.open._id, s.owner.user);
      await s.tell(NEWS_OF_ANOTHER);
    });

    await using socket = await gateway.socket(s.member.token, { format: "msgpack" });

    expect(messagesOf(await gateway.received(s.member.id, socket))).toEqual([id]);
    expect(socket.closes).toEqual([]);
  });

  test("P1: somebody of whose server the name changes with each read is let in nevertheless", async () => {
    await using gateway = await testGateway({ profile });
    const s = await scene(gateway);
    const arrived: unknown[] = [];
    const onEntries = (entries: readonly BusEntry[]) => void arrived.push(...entries.map(({ event }) => event["data"]));
    const reading = await gateway.deps.bus.read({ onEntries, onGap: () => {} });
    let names = 0;
    const rename = async (): Promise<void> => {
      const data = { name: `name ${++names}` };
      await gateway.deps.store.servers.update(s.server._id, data);
      await publish(gateway.deps, serverUpdate({ id: s.server._id, data, clear: [] }));
      await eventually(() => Bun.deepEquals(arrived.at(-1), data));
      await new Promise(setImmediate); // by now it was dispatched, unless the bus waits for the read
    };
    betweenReads(gateway, () => true, rename);

    await using socket = await gateway.socket(s.member.token);
    const ready = await socket.take("Ready");

    expect(names).toBeLessThan(10);
    const seen = (await gateway.received(s.member.id, socket)).flatMap((event) =>
      event.type === "ServerUpdate" ? [event.data.name] : [],
    );
    expect([...(ready.servers?.map(({ name }) => name) ?? []), ...seen].at(-1)).toBe(`name ${names}`);
    await reading.stop();
  });

  test("a Ping is answered while the snapshot is read: clients that hear nothing for ten seconds go away", async () => {
    await using gateway = await testGateway({ profile });
    const s = await scene(gateway);
    const isPinged = Promise.withResolvers<void>();
    betweenReads(gateway, isFirst, () => isPinged.promise);
    await using socket = await gateway.socket(s.member.token, { untilReady: false });
    await eventually(() => socket.types().includes("Authenticated"));

    await socket.settle();
    const before = socket.types();
    isPinged.resolve();
    await socket.take("Ready");

    expect(before).toEqual(["Authenticated"]);
  });

  test("P1: more messages than are kept for somebody who connects are no hole in what they get", async () => {
    await using gateway = await testGateway({ profile });
    const s = await scene(gateway);
    const sent: string[] = [];
    const talk = async (): Promise<void> => {
      for (let at = 0; at < 20_100; at++) sent.push(await gateway.say(s.open._id, s.owner.user));
      await s.tell(NEWS_OF_ANOTHER);
    };
    betweenReads(gateway, isFirst, talk);

    await using socket = await gateway.socket(s.member.token, { untilReady: false });
    await eventually(() => socket.types().includes("Ready"), { timeoutMs: 25_000 }); // so many take a while
    sent.push(await gateway.say(s.open._id, s.owner.user));
    const got = messagesOf(await gateway.received(s.member.id, socket));

    expect(got).toEqual(sent.slice(sent.length - got.length));
    expect(got.length).toBeGreaterThan(0);
  }, 30_000);

  test("P1 P3: Ready stands before the messages that follow it, for those who resume there", async () => {
    await using gateway = await testGateway({ profile });
    const s = await scene(gateway);
    betweenReads(gateway, isFirst, async () => {
      await gateway.say(s.open._id, s.owner.user);
      await s.tell(NEWS_OF_ANOTHER);
    });

    await using socket = await gateway.socket(s.member.token, { resume: true });
    const [ready, message] = [await socket.take("Ready"), await socket.take("Message")];

    expect(comparePositions(positionOf(ready), positionOf(message))).toBeLessThan(0);
  });
});

/** The newest message of a channel, as a client knows it that was told all this. */
function newestIn({ _id: id }: ChannelDocument, told: readonly CatalogueEvent[]): unknown {
  let newest: unknown;
  for (const event of told) {
    if (event.type === "Ready") newest = Object(event.channels?.find(({ _id }) => _id === id)).last_message_id;
    else if (event.type === "Message" && event.channel === id) newest = event._id;
    else if (event.type === "ChannelUpdate" && event.id === id) newest = event.data.last_message_id ?? newest;
  }
  return newest;
}

/** The channels of a `Ready`, in a fixed order. */
function channelsOf(event: CatalogueEvent | undefined): ChannelDocument[] {
  if (event?.type !== "Ready") return [];
  return (event.channels ?? []).toSorted((a, b) => (a._id < b._id ? -1 : 1)) as ChannelDocument[];
}

const positionOf = (event: object): string => String(Reflect.get(event, "position"));
