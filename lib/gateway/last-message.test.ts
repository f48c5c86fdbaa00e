/** Who was away while messages were told out of order knows which is the last one (P4). */
import { eventually } from "@tests/harness/eventually.ts";
import { lostConnection } from "@tests/harness/lost-connection.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { testGateway } from "@tests/harness/test-gateway.ts";
import { describe, expect, test } from "bun:test";

describe.each(profiles)("the last message after resuming on $name", (profile) => {
  test("P3, P4: who lost the connection between an overtaken message and what puts it right is told that", async () => {
    await using s = await lostConnection(profile);
    const { gateway, open, owner, member, socket } = s;
    const [older, newer] = [gateway.deps.ids.ulid(), gateway.deps.ids.ulid()];
    await Promise.all([newer, older].map((id) => gateway.say(open._id, owner.user, "hello", id)));
    const session = socket.client.resumePoint?.session ?? "";
    await socket.take("Message");
    const position = String(Reflect.get(await socket.take("Message"), "position"));
    await socket.take("ChannelUpdate");

    socket.client.drop();
    await eventually(() => gateway.stats.connections === 1);
    const resumeFrom = { session, position };
    await using back = await gateway.socket(member.token, { resume: true, resumeFrom, untilReady: false });

    expect((await back.take("Resumed")).recovered).toBe(true);
    expect((await back.take("ChannelUpdate")).data).toEqual({ last_message_id: newer });
    expect(back.types()).not.toContain("Message");
  });

  test("P3, P4: who resumes at a process that did not hold the channel then is told, too", async () => {
    await using s = await lostConnection(profile);
    const { gateway, open, owner, member, socket } = s;
    await using another = await testGateway({ profile, drivers: gateway.drivers });
    const [older, newer] = [gateway.deps.ids.ulid(), gateway.deps.ids.ulid()];
    await gateway.deps.store.channels.noteMessage(open._id, newer, false);
    await gateway.say(open._id, owner.user, "hello", newer);
    await socket.take("Message");
    const resumeFrom = socket.client.resumePoint;
    await gateway.say(open._id, owner.user, "hello", older);
    await socket.take("Message");

    await using back = await another.socket(member.token, { resume: true, resumeFrom, untilReady: false });

    expect((await back.take("Resumed")).recovered).toBe(true);
    expect((await back.take("Message"))._id).toBe(older);
    expect((await back.take("ChannelUpdate")).data).toEqual({ last_message_id: newer });
  });

  test("P3: messages that come last in the order of their ids need no other event", async () => {
    await using s = await lostConnection(profile);

    const { back, told } = await s.lose(async () => {
      for (let at = 0; at < 2; at++) await s.gateway.say(s.open._id, s.owner.user);
    });

    expect([...told, ...back.events].map(({ type }) => type)).toEqual(["Authenticated", "Message", "Message"]);
  });
});
