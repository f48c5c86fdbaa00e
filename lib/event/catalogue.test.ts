import { describe, expect, test } from "bun:test";
import { type EventOf, catalogue } from "@lib/event/catalogue.ts";
import {
  channelAck,
  channelCreate,
  channelDelete,
  channelUpdate,
  userSlowmodes,
  webhookUpdate,
} from "@lib/event/channel-events.ts";
import { messageReact, messageUpdate } from "@lib/event/message-events.ts";
import { parseEvent, readEvent } from "@lib/event/parse-event.ts";
import { emojiCreate, emojiDelete, serverCreate, serverMemberUpdate } from "@lib/event/server-events.ts";
import { createSession, deleteSession, logout } from "@lib/event/session-events.ts";
import { userRelationship, userUpdate } from "@lib/event/user-events.ts";
import { voiceCallUpdate, voiceChannelMove } from "@lib/event/voice-events.ts";
import { TIMESTAMP_FIELDS, Timestamp } from "@lib/model/timestamp.ts";
import { z } from "zod";

/** Every event of the protocol that a server sends or publishes. */
const TYPES =
  `Authenticated Error Ready Pong Bulk Logout Message MessageUpdate MessageAppend MessageDelete BulkMessageDelete
  MessageReact MessageUnreact MessageRemoveReaction ChannelCreate ChannelUpdate ChannelDelete ChannelGroupJoin ChannelGroupLeave
  ChannelStartTyping ChannelStopTyping ChannelAck WebhookCreate WebhookUpdate WebhookDelete UserSlowmodes ServerCreate ServerUpdate
  ServerDelete ServerMemberJoin ServerMemberUpdate ServerMemberLeave ServerRoleUpdate ServerRoleDelete ServerRoleRanksUpdate
  EmojiCreate EmojiUpdate EmojiDelete UserUpdate UserRelationship UserSettingsUpdate UserPlatformWipe DeleteSession
  DeleteAllSessions CreateAccount CreateSession ReportCreate VoiceChannelJoin VoiceChannelLeave VoiceChannelMove
  UserVoiceStateUpdate UserMoveVoiceChannel VoiceCallUpdate`.split(/\s+/);

test("the catalogue has every event of the protocol, our answer to resuming (P3), and no other", () => {
  expect([...catalogue.keys()].sort()).toEqual([...TYPES, "Resumed"].sort());
});

describe("building an event", () => {
  test("puts type first, then the fields in their order", () => {
    const { event, topics } = messageReact({ id: "m", channel_id: "c", user_id: "u", emoji_id: "e" });
    expect(Object.entries(event)).toEqual([
      ["type", "MessageReact"],
      ["id", "m"],
      ["channel_id", "c"],
      ["user_id", "u"],
      ["emoji_id", "e"],
    ]);
    expect(topics).toEqual(["c"]);
  });
});

describe("audience", () => {
  const user = { _id: "u", username: "u", discriminator: "0001", relationship: "None" as const, online: true };
  const dm = { channel_type: "DirectMessage" as const, _id: "c", active: true, recipients: ["u1", "u2"] };
  const text = { channel_type: "TextChannel" as const, _id: "c", server: "s", name: "general" };

  test("a new channel is told to its server, or to each who takes part", () => {
    expect(channelCreate(text).topics).toEqual(["s"]);
    expect(channelCreate(dm).topics).toEqual(["u1!", "u2!"]);
    expect(channelCreate({ channel_type: "SavedMessages", _id: "c", user: "u" }).topics).toEqual(["u!"]);
  });

  test("who is added to a group is told of it alone", () => {
    const group = { channel_type: "Group" as const, _id: "c", name: "g", owner: "u1", recipients: ["u1", "u2"] };
    expect(channelCreate(group, ["u2"]).topics).toEqual(["u2!"]);
  });

  test("a channel's update goes to its server, a direct message's or a last message to the channel", () => {
    expect(channelUpdate({ id: "c", data: { name: "x" }, clear: [] }, text).topics).toEqual(["s"]);
    expect(channelUpdate({ id: "c", data: { active: false }, clear: [] }, dm).topics).toEqual(["c"]);
    expect(channelUpdate({ id: "c", data: { last_message_id: "m" }, clear: [] }, text).topics).toEqual(["c"]);
  });

  test("a deleted channel's end goes to its viewers, and to whom it was for", () => {
    expect(channelDelete({ id: "c" }, {}).topics).toEqual(["c"]);
    expect(channelDelete({ id: "c" }, { server: "s" }).topics).toEqual(["c", "s"]);
    expect(channelDelete({ id: "c" }, { participants: ["u1", "u2"] }).topics).toEqual(["c", "u1!", "u2!"]);
  });

  test("going online is told to all members, a new name only to those who asked", () => {
    const update = (data: { online?: boolean; username?: string }) =>
      userUpdate({ id: "u", data, clear: [], event_id: null }, ["s1", "s2"]).topics;
    expect(update({ online: false })).toEqual(["s1", "s2", "u"]);
    expect(update({ username: "x" })).toEqual(["s1u", "s2u", "u"]);
  });

  test("what concerns one user goes to their private topic", () => {
    expect(userRelationship({ id: "u", user }).topics).toEqual(["u!"]);
    expect(channelAck({ id: "c", user: "u", message_id: "m" }).topics).toEqual(["u!"]);
    expect(userSlowmodes({ slowmodes: [] }, "u").topics).toEqual(["u!"]);
    expect(logout({}, "bot").topics).toEqual(["bot!"]);
    expect(deleteSession({ user_id: "u", session_id: "x" }).topics).toEqual(["u!"]);
    const server = {
      _id: "s",
      owner: "u",
      name: "s",
      channels: [],
      default_permissions: 0,
      approximate_member_count: 1,
    };
    expect(serverCreate({ id: "s", server, channels: [], emojis: [], voice_states: [] }, "u").topics).toEqual(["u!"]);
  });

  test("members, webhooks and emoji have the topic of their server or channel; a detached emoji has none", () => {
    expect(serverMemberUpdate({ id: { server: "s", user: "u" }, data: {}, clear: [] }).topics).toEqual(["s"]);
    expect(webhookUpdate({ id: "w", data: {}, remove: ["Avatar"] }, "c").topics).toEqual(["c"]);
    expect(emojiDelete({ id: "e" }, "s").topics).toEqual(["s"]);
    const emoji = { _id: "e", creator_id: "u", name: "e", animated: false };
    expect(emojiCreate({ ...emoji, parent: { type: "Server", id: "s" } }).topics).toEqual(["s"]);
    expect(emojiCreate({ ...emoji, parent: { type: "Detached" } }).topics).toEqual([]);
  });

  test("a call rings for those notified and ends for the channel; a move is told only where it leads", () => {
    const call = { initiator_id: "u", channel_id: "c", started_at: null };
    expect(voiceCallUpdate({ ...call, ended: false }, ["u1", "u2"]).topics).toEqual(["u1!", "u2!"]);
    expect(voiceCallUpdate({ ...call, ended: true }, ["u1"]).topics).toEqual(["c"]);
    const state = {
      id: "u",
      joined_at: "",
      is_receiving: true,
      is_publishing: false,
      screensharing: false,
      camera: false,
    };
    expect(voiceChannelMove({ user: "u", from: "a", to: "b", state }).topics).toEqual(["b"]);
  });
});

describe("parsing", () => {
  const { event } = messageUpdate({ id: "m", channel: "c", data: { pinned: true }, clear: [] });

  test("strictly, an event must have its exact fields, at any depth", () => {
    const parsed: EventOf<"MessageUpdate"> | null = narrow(parseEvent(event));
    expect(parsed?.data.pinned).toBe(true);
    expect(() => parseEvent({ ...event, extra: 1 })).toThrow("unknown field extra");
    expect(() => parseEvent({ ...event, data: { author: "u", user: {} } })).toThrow("unknown field data.user");
    expect(() => parseEvent({ ...event, data: { embeds: [{ type: "None" }, { type: "None", x: 1 }] } })).toThrow(
      "data.embeds.1.x",
    );
    expect(() => parseEvent({ ...event, channel: undefined })).toThrow("channel");
    expect(() => parseEvent({ type: "Nonsense" })).toThrow("unknown type");
    expect(() => parseEvent([])).toThrow();
  });

  test("from other processes, unknown fields stay and an absent clear reads as empty", () => {
    const foreign = { type: "ServerUpdate", id: "s", data: { name: "x", later: 1 } };
    expect<unknown>(readEvent(foreign)).toEqual({ ...foreign, clear: [] });
    expect(readEvent({ type: "ServerUpdate", id: 5, data: {}, clear: [] })).toBeNull();
    expect(readEvent({ type: "Bees" })).toBeNull();
    expect(readEvent("x")).toBeNull();
  });

  test("tells apart what may change a connection's view from what is only relayed", () => {
    expect(catalogue.get("ServerRoleUpdate")?.changes).toBe("view");
    expect(catalogue.get("UserUpdate")?.changes).toBe("people");
    expect(catalogue.get("Message")?.changes).toBe("nothing");
  });
});

test("internal events hold neither tokens nor password hashes", () => {
  const { event } = createSession({ session: { _id: "x", name: "cli", user_id: "u" } });
  expect(() => parseEvent({ ...event, session: { _id: "x", name: "cli", user_id: "u", token: "t" } })).toThrow(
    "session.token",
  );
  expect(() => parseEvent({ type: "CreateAccount", account: { _id: "a", email: "e", password: "h" } })).toThrow(
    "account.password",
  );
});

test("a field is a timestamp exactly when its name is one of the timestamp fields", () => {
  const names = new Set<string>();
  for (const { type, fields } of catalogue.values()) visit(fields, type, names, new Set());
  expect([...names].sort()).toEqual([...TIMESTAMP_FIELDS].sort());
});

function narrow(event: ReturnType<typeof parseEvent>): EventOf<"MessageUpdate"> | null {
  return event.type === "MessageUpdate" ? event : null;
}

/** Collects the names under which timestamps occur; fails where such a name has another type. */
function visit(schema: unknown, name: string, names: Set<string>, seen: Set<unknown>): void {
  if (!(schema instanceof z.ZodType)) return;
  if (schema.meta()?.id === Timestamp.meta()?.id) return void names.add(name);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
    return visit(schema.unwrap(), name, names, seen);
  }
  if (TIMESTAMP_FIELDS.has(name)) throw new Error(`${name} is not a timestamp everywhere`);
  if (seen.has(schema)) return;
  seen.add(schema);
  if (schema instanceof z.ZodObject)
    for (const [key, field] of Object.entries(schema.shape)) visit(field, key, names, seen);
  if (schema instanceof z.ZodArray) visit(schema.element, "", names, seen);
  if (schema instanceof z.ZodRecord) visit(schema.valueType, "", names, seen);
  if (schema instanceof z.ZodTuple) for (const item of schema._zod.def.items) visit(item, "", names, seen);
  if (schema instanceof z.ZodUnion) for (const option of schema.options) visit(option, name, names, seen);
}
