// The first conversation of a new instance, through public clients as npm ships them, on every profile.
import { describe, expect, test } from "bun:test";
import { eventually } from "@tests/harness/eventually.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type AtClient, type PublicPackage, done, logIn, logInBot, register } from "@tests/harness/public-client.ts";
import { testApi } from "@tests/harness/test-api.ts";
import type { Channel, Message, Server } from "stoat.js";

/** Each package plays both parts. */
const casts: readonly (readonly [host: PublicPackage, guest: PublicPackage])[] = [
  ["stoat.js", "revolt.js"],
  ["revolt.js", "stoat.js"],
];
const stages = profiles.flatMap((profile) =>
  casts.map(([host, guest]) => ({ profile, host, guest, name: `${host} with ${guest}, ${profile.name}` })),
);
type Stage = (typeof stages)[number];

/** Two strangers with a client each. */
async function twoPeople({ profile, host, guest }: Stage) {
  const stack = new AsyncDisposableStack();
  const api = stack.use(await testApi({ profile }));
  const [alice, bob] = await Promise.all([register(host, api.url), register(guest, api.url)]);
  return { api, alice: stack.use(alice), bob: stack.use(bob), [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** A server of alice's with a channel, and bob in it. */
async function community(stage: Stage) {
  const people = await twoPeople(stage);
  const { alice, bob } = people;
  const server = await alice.client.servers.createServer({ name: "The burrow" });
  const channel = server.channels[0] as Channel; // every new server has one
  const { _id: code } = await channel.createInvite();
  await bob.client.api.post(`/invites/${code as ""}`); // the library types this path by its template
  const channelOfBob = await eventually(() => bob.client.channels.get(channel.id), { describe: "bob's channel" });
  await eventually(() => alice.client.serverMembers.hasByKey({ server: server.id, user: bob.id }));
  return { ...people, server, channel, channelOfBob };
}

/** A message at somebody's client, once it is there. */
const seenBy = ({ client, username }: AtClient, id: string): Promise<Message> =>
  eventually(() => client.messages.get(id), { describe: `message ${id} at ${username}'s client` });

/** Reactions are named in the path, which the library leaves to its user to encode. */
const thumb = encodeURIComponent("👍");

describe.each(stages)("$name", (stage) => {
  test("registering, logging in and choosing a name ends in Ready with one's own user", async () => {
    await using scene = await twoPeople(stage);
    const { client, id, email } = scene.alice;

    expect(client.user?.self).toBe(true);
    expect(client.configuration?.revolt).toBe("0.15.1");
    expect(await client.account.fetchEmail()).toBe(email);
    expect((await client.sessions.fetch()).map(({ name }) => name)).toEqual(["a public client"]);
    expect([...client.users.keys()]).toContain(id);
  });

  test("a server is founded, furnished, shared by invite and left again", async () => {
    await using scene = await community(stage);
    const { alice, bob, server } = scene;
    const atBobs = bob.client.servers.get(server.id) as Server; // he joined

    expect([atBobs.name, atBobs.ownerId]).toEqual(["The burrow", alice.id]);
    const tunnel = await server.createChannel({ name: "tunnel", type: "Text" });
    await eventually(() => bob.client.channels.get(tunnel.id)?.name === "tunnel", { describe: "the channel" });
    await tunnel.edit({ description: "where it is dark" });
    await eventually(() => bob.client.channels.get(tunnel.id)?.description === "where it is dark");
    const { id: role } = await server.createRole("Digger");
    await server.editRole(role, { colour: "#b0a090", hoist: true });
    await eventually(() => atBobs.roles.get(role)?.colour === "#b0a090", { describe: "the role" });
    await atBobs.fetchMember(bob.id);
    await server.getMember(bob.id)?.edit({ roles: [role], nickname: "Bobbin" });
    await eventually(() => atBobs.member?.nickname === "Bobbin" && atBobs.member.roles.includes(role));
    await server.edit({ name: "The den" });
    await eventually(() => atBobs.name === "The den", { describe: "the new name" });
    const { members } = await server.fetchMembers();
    expect(members.map(({ id }) => id.user).sort()).toEqual([alice.id, bob.id].sort());

    await done(tunnel.delete());
    await eventually(() => !bob.client.channels.has(tunnel.id), { describe: "no channel" });
    await done(atBobs.delete());
    await eventually(() => !alice.client.serverMembers.hasByKey({ server: server.id, user: bob.id }));
    expect(alice.client.servers.has(server.id)).toBe(true);
  });

  test("what somebody may not see does not reach them, and a kicked member loses the server", async () => {
    await using scene = await community(stage);
    const { alice, bob, server, channel } = scene;
    const secret = await server.createChannel({ name: "secret", type: "Text" });
    await eventually(() => bob.client.channels.has(secret.id));
    await secret.setPermissions(undefined, { allow: 0, deny: 1 << 20 });
    await eventually(() => !bob.client.channels.has(secret.id), { describe: "the channel is gone" });

    const hidden = await secret.sendMessage("psst");
    await seenBy(bob, (await channel.sendMessage("for everybody, and later")).id);
    expect(bob.client.messages.has(hidden.id)).toBe(false);
    await done(server.kickUser(bob.id));
    await eventually(() => !bob.client.servers.has(server.id), { describe: "the server is gone" });
    await eventually(() => !alice.client.serverMembers.hasByKey({ server: server.id, user: bob.id }));
  });

  test("messages are sent, edited, answered, reacted to and deleted before everybody's eyes", async () => {
    await using scene = await community(stage);
    const { alice, bob, channel, channelOfBob } = scene;

    const sent = await channel.sendMessage(`Hello <@${bob.id}>!`);
    const seen = await seenBy(bob, sent.id);
    expect([seen.content, seen.authorId, seen.mentioned]).toEqual([sent.content, alice.id, true]);
    await sent.edit({ content: "Hello, everybody!" });
    await eventually(() => seen.content === "Hello, everybody!" && seen.editedAt, { describe: "the edit" });
    const reply = (await seen.reply("Hello yourself")) as Message; // its channel is known
    const answer = await seenBy(alice, reply.id);
    expect([answer.replyIds, answer.mentioned]).toEqual([[sent.id], true]);
    await done(answer.react(thumb));
    await eventually(() => reply.reactions.get("👍")?.has(alice.id), { describe: "the reaction" });
    await done(answer.unreact(thumb));
    await eventually(() => !reply.reactions.get("👍")?.has(alice.id), { describe: "no reaction" });

    const history = await channelOfBob.fetchMessagesWithUsers({ limit: 2 });
    expect(history.messages.map(({ id }) => id)).toEqual([reply.id, sent.id]);
    expect(history.users.map(({ id }) => id).sort()).toEqual([alice.id, bob.id].sort());
    await done(sent.delete());
    await eventually(() => !bob.client.messages.has(sent.id), { describe: "the deletion" });
    const others = await Promise.all(["one", "two"].map((content) => channel.sendMessage(content)));
    for (const { id } of others) await seenBy(bob, id);
    await done(channel.deleteMessages(others.map(({ id }) => id)));
    await eventually(() => others.every(({ id }) => !bob.client.messages.has(id)), { describe: "both deletions" });
    expect((await channelOfBob.fetchMessages({ limit: 1 })).map(({ id }) => id)).toEqual([reply.id]);
  });

  test("what was read on one device is read on the other, and a mention waits for who was away", async () => {
    await using scene = await community(stage);
    const { api, bob, channel } = scene;
    await bob[Symbol.asyncDispose]();
    const sent = await channel.sendMessage(`Are you there, <@${bob.id}>?`);

    await using desk = await logIn(stage.guest, api.url, bob);
    await using phone = await logIn(stage.host, api.url, bob);
    const unread = ({ client }: AtClient) => client.channels.get(channel.id)?.mentions?.has(sent.id);
    await eventually(() => unread(desk) && unread(phone), { describe: "the mention on both" });
    const read: string[] = [];
    phone.client.on("channelAcknowledged", (_, id) => void read.push(id));
    await done(desk.client.api.put(`/channels/${channel.id as ""}/ack/${sent.id as ""}`)); // typed by its template
    await eventually(() => read.includes(sent.id), { describe: "the acknowledgement on the other device" });

    await using later = await logIn(stage.host, api.url, bob);
    await eventually(() => later.client.channelUnreads.get(channel.id)?.lastMessageId === sent.id);
    expect(unread(later)).toBe(false);
  });

  test("people see each other type, come and go", async () => {
    await using scene = await community(stage);
    const { alice, bob, channel, channelOfBob } = scene;
    const atAlices = await eventually(() => alice.client.users.get(bob.id));

    channelOfBob.startTyping();
    await eventually(() => channel.typingIds.has(bob.id), { describe: "typing" });
    channelOfBob.stopTyping();
    await eventually(() => !channel.typingIds.has(bob.id), { describe: "no typing" });
    expect(atAlices.online).toBe(true);
    await bob[Symbol.asyncDispose]();
    await eventually(() => !atAlices.online, { describe: "offline" });
    bob.client.connect();
    await eventually(() => atAlices.online, { describe: "online again" });
  });

  test("strangers become friends, see how they are, write to each other, and gather a group", async () => {
    await using scene = await twoPeople(stage);
    const { api, alice, bob } = scene;
    await using carol = await register(stage.guest, api.url);
    for (const friend of [bob, carol]) {
      await alice.client.api.post("/users/friend", { username: nameOf(friend) });
      const asked = await eventually(() => friend.client.users.get(alice.id), { describe: "the request" });
      await eventually(() => asked.relationship === "Incoming");
      await friend.client.api.put(`/users/${alice.id as ""}/friend`); // typed by its template
      await eventually(() => alice.client.users.get(friend.id)?.relationship === "Friend");
    }

    const bobAtAlices = await alice.client.users.fetch(bob.id);
    await bob.client.user?.edit({ status: { text: "digging", presence: "Busy" } });
    await eventually(() => bobAtAlices.status?.text === "digging" && bobAtAlices.presence === "Busy");

    const direct = await bobAtAlices.openDM();
    const whisper = await direct.sendMessage("between us");
    expect((await seenBy(bob, whisper.id)).channel?.type).toBe("DirectMessage");
    expect(carol.client.messages.has(whisper.id)).toBe(false);
    await done(direct.delete());
    await eventually(() => bob.client.channels.get(direct.id)?.active === false, { describe: "no conversation" });
    await bob.client.channels.get(direct.id)?.sendMessage("are you still there?");
    await eventually(() => direct.active && bob.client.channels.get(direct.id)?.active, { describe: "it came back" });

    const group = await alice.client.channels.createGroup("diggers", [bob.id]);
    await eventually(() => bob.client.channels.get(group.id)?.name === "diggers");
    await done(group.addMember(carol.id));
    await eventually(() => bob.client.channels.get(group.id)?.recipientIds.has(carol.id));
    await seenBy(carol, (await group.sendMessage("welcome")).id);
    await done(carol.client.channels.get(group.id)?.delete());
    await eventually(() => !group.recipientIds.has(carol.id), { describe: "carol left" });
    await done(group.removeMember(bob.id));
    await eventually(() => !bob.client.channels.get(group.id)?.recipientIds.has(bob.id), {
      describe: "bob was removed",
    });
  });

  test("a bot is made, invited, listens and answers", async () => {
    await using scene = await community(stage);
    const { api, alice, bob, server, channel } = scene;
    const made = await alice.client.bots.createBot(`bot${alice.username.slice(0, 8)}`);
    await using bot = await logInBot(stage.guest, api.url, made.token);
    bot.client.on("messageCreate", (message) => {
      if (message.content === "ping") void message.reply("pong");
    });
    await done(alice.client.api.post(`/bots/${made.id as ""}/invite`, { server: server.id })); // typed by its template
    await eventually(() => bot.client.channels.has(channel.id), { describe: "the bot is in" });

    const answers: Message[] = [];
    bob.client.on("messageCreate", (message) => void (message.authorId === made.id && answers.push(message)));
    const ping = await bob.client.channels.get(channel.id)?.sendMessage("ping");
    await eventually(() => answers.length > 0, { describe: "the answer" });
    expect(answers.map(({ content, replyIds }) => ({ content, replyIds }))).toEqual([
      { content: "pong", replyIds: [ping?.id ?? ""] },
    ]);
    expect(answers[0]?.author?.bot?.owner).toBe(alice.id);
  });
});

const nameOf = ({ client }: AtClient) => `${client.user?.username}#${client.user?.discriminator}`;
