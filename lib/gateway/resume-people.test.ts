// What somebody missed of other people while their connection was lost is what they would have been told of them (P3).
import { publish } from "@lib/domain/publish.ts";
import type { CatalogueEvent } from "@lib/event/catalogue.ts";
import { userUpdate } from "@lib/event/user-events.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { QUIET } from "@tests/harness/gateway-community.ts";
import { lostConnection } from "@tests/harness/lost-connection.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type TestGateway, testGateway } from "@tests/harness/test-gateway.ts";
import { describe, expect, test } from "bun:test";

const update = ({ deps }: TestGateway, id: string, data: object, servers: readonly string[] = []) =>
  publish(deps, userUpdate({ id, data, clear: [], event_id: null }, servers));

/** Of whom a socket was told what. */
const updatesOf = (events: readonly CatalogueEvent[]) =>
  events.flatMap((event) => (event.type === "UserUpdate" ? [{ id: event.id, data: event.data }] : []));

describe.each(profiles)("people, after a lost connection, on $name", (profile) => {
  test("P3: those one knows by relation or from a conversation, and any of one's own sessions, and no others", async () => {
    const friends: string[] = [];
    await using s = await lostConnection(profile, {}, async (gateway, { member }) => {
      friends.push((await gateway.user(QUIET)).id);
      for (const friend of friends) await gateway.relate(member.id, "Friend", friend);
    });
    const stranger = await s.gateway.user(QUIET);
    const ids = [...friends, stranger.id, s.other.id, s.member.id];

    const { resumed, told } = await s.lose(async () => {
      for (const id of ids) await update(s.gateway, id, { display_name: "missed" });
    });

    expect(resumed.recovered).toBe(true);
    expect(updatesOf(told).map(({ id }) => id)).toEqual([...friends, s.other.id, s.member.id]);
  });

  test("Q29 P3: of somebody who blocked one neither status nor presence", async () => {
    await using s = await lostConnection(profile, {}, (gateway, { owner, member }) =>
      gateway.relate(owner.id, "Blocked", member.id, "BlockedOther"),
    );
    const status = { text: "secret", presence: "Busy" };

    const { resumed, told } = await s.lose(async () => {
      await update(s.gateway, s.owner.id, { online: true }, [s.server._id]);
      await update(s.gateway, s.owner.id, { status });
      await update(s.gateway, s.owner.id, { status, display_name: "name" });
    });

    expect(resumed.recovered).toBe(true);
    expect(updatesOf(told)).toEqual([{ id: s.owner.id, data: { display_name: "name" } }]);
  });

  test("P3: to bots those of every member of their servers", async () => {
    await using gateway = await testGateway({ profile });
    const [owner, stranger] = [await gateway.user(QUIET), await gateway.user(QUIET)];
    const bot = await gateway.bot(owner.id, QUIET);
    const server = await gateway.server(owner.id);
    for (const { id } of [owner, bot]) await gateway.join(server, id);
    await using witness = await gateway.socket(owner.token);
    const socket = await gateway.socket(bot.token, { resume: true });
    await gateway.received(bot.id, socket);
    const resumeFrom = socket.client.resumePoint;
    socket.client.drop();
    await eventually(() => gateway.stats.connections === 1);

    await update(gateway, owner.id, { display_name: "missed" }, [server._id]);
    await update(gateway, stranger.id, { display_name: "of nobody here" }, ["another"]);
    await gateway.received(owner.id, witness);
    await using back = await gateway.socket(bot.token, { resume: true, resumeFrom, untilReady: false });

    expect((await back.take("Resumed")).recovered).toBe(true);
    const told = updatesOf(await gateway.received(bot.id, back));
    expect(told).toEqual([{ id: owner.id, data: { display_name: "missed" } }]);
  });
});
