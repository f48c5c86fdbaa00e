import { describe, expect, test } from "bun:test";
import specs from "@asyncapi/specs";
import { publish } from "@lib/domain/publish.ts";
import { type EventType, catalogue } from "@lib/event/catalogue.ts";
import { serverMemberUpdate } from "@lib/event/server-events.ts";
import { userUpdate } from "@lib/event/user-events.ts";
import { closeCodes, runtimeCloseCodes } from "@lib/gateway/close-codes.ts";
import { createEventDocument } from "@lib/gateway/event-document.ts";
import { INTERNAL_EVENTS } from "@lib/gateway/event-summaries.ts";
import { lostConnection } from "@tests/harness/lost-connection.ts";
import { type Profile, profiles } from "@tests/harness/profiles.ts";
import Ajv from "ajv";
import addFormats from "ajv-formats";
import { z } from "zod";

const info = { title: "Events", version: "1", description: "", license: { name: "MIT" } };
const Shape = z.object({
  channels: z.record(z.string(), z.looseObject({ messages: z.record(z.string(), z.unknown()) })),
  components: z.object({
    messages: z.record(
      z.string(),
      z.object({ name: z.string(), description: z.string().optional(), payload: z.object({ $ref: z.string() }) }),
    ),
    schemas: z.record(z.string(), z.unknown()),
  }),
  "x-close-codes": z.array(z.object({ code: z.number(), reconnect: z.boolean() })),
  "x-encodings": z.record(z.string(), z.unknown()),
});
/** The own fields of an event's schema; of one that is a union, those that each kind has. */
const Parts = z.array(z.looseObject({ properties: z.record(z.string(), z.unknown()).optional() })).default([]);
const Fields = z
  .object({ properties: z.record(z.string(), z.unknown()).optional(), allOf: Parts, oneOf: Parts })
  .transform(({ properties, allOf, oneOf: [first, ...others] }) => {
    const own = [properties, ...allOf.map((part) => part.properties)].flatMap((part) => Object.keys(part ?? {}));
    const shared = Object.keys(first?.properties ?? {}).filter((key) =>
      others.every(({ properties = {} }) => key in properties),
    );
    return [...own, ...shared];
  });
/** A union of objects, each with a name. */
const Union = z.object({
  oneOf: z.array(z.object({ title: z.string(), properties: z.record(z.string(), z.unknown()) })),
});
/** The titles of what stands within a schema and becomes a type; "" where one is missing. */
function titlesWithin(schema: unknown): string[] {
  const { properties = {}, oneOf = [] } = Inner.parse(schema);
  const inner = [...Object.values(properties), ...oneOf];
  return inner.flatMap((part) => {
    const { title = "", ...rest } = z.looseObject({ title: z.string().optional() }).parse(part);
    return ["enum", "properties"].some((key) => key in rest) ? [title, ...titlesWithin(rest)] : titlesWithin(rest);
  });
}
const Inner = z.object({ properties: z.record(z.string(), z.unknown()), oneOf: z.array(z.unknown()) }).partial();
const Query = z.object({
  bindings: z.object({ ws: z.object({ query: z.object({ properties: z.record(z.string(), z.unknown()) }) }) }),
});
const document = Shape.loose().parse(createEventDocument(info));
const { channels, components } = document;

/** The specification's own schema, in a type that the validator takes. */
const ASYNCAPI = z.record(z.string(), z.unknown()).parse(specs.schemasWithoutId["3.0.0"]);

const validator = () => {
  const ajv = new Ajv({ strict: false, formats: { uint64: true, uint32: true, uint8: true, uint: true, int: true } });
  addFormats(ajv);
  return ajv;
};

/** Checks a payload against the schema of a message, as a client's tool would. */
function isValid(name: string, payload: unknown): boolean {
  const ajv = validator().addSchema({ $id: "d", components: { schemas: components.schemas } });
  return ajv.validate({ $ref: `d#/components/schemas/${name}` }, payload);
}

describe("the document of events", () => {
  test("is valid AsyncAPI 3.0", () => {
    const ajv = validator();
    const isDocument = ajv.compile(ASYNCAPI);
    isDocument(createEventDocument(info));
    expect(isDocument.errors ?? []).toEqual([]);
  });

  test("events-75: names every event that clients receive, and none that is internal", () => {
    const names = Object.keys(channels["events"]?.messages ?? {});
    const public_ = [...catalogue.keys()].filter((type) => !INTERNAL_EVENTS.some((internal) => internal === type));
    expect(names.sort()).toEqual(public_.map((type) => `${type}Event`).sort());
    expect(JSON.stringify(document)).not.toContain("CreateAccount");
  });

  test("says which events are not sent so far: those that nothing but their declaration names", async () => {
    const isSource = (file: string) => !/\.(test|suite)\.ts$|^lib\/event\//.test(file);
    const textsOf = (pattern: string, wanted = (_file: string) => true) =>
      Array.fromAsync(new Bun.Glob(pattern).scan(), (file) => (wanted(file) ? Bun.file(file).text() : ""));
    const declarations = (await textsOf("lib/event/*-events.ts")).join("");
    const uses = (await textsOf("{lib,services}/**/*.ts", isSource)).join("");
    const builders = [...declarations.matchAll(/export const (\w+) = \w*[eE]vent\(\s*"(\w+)"/g)];
    const unused = builders.flatMap(([, name, type = ""]) => (new RegExp(`\\b${name}\\b`).test(uses) ? [] : [type]));

    const messages = Object.values(components.messages);
    const waiting = messages.filter(({ description = "" }) => description.startsWith("Not sent by this server so far"));
    expect(builders.length).toBe(catalogue.size);
    expect(waiting.map(({ name }) => name).sort()).toEqual(unused.filter((type) => type !== "ReportCreate").sort());
  });

  test("names every command of clients", () => {
    const names = Object.keys(channels["commands"]?.messages ?? {});
    const commands = ["Authenticate", "BeginTyping", "EndTyping", "Ping", "Subscribe"];
    expect(names.sort()).toEqual(commands.map((type) => `${type}Command`));
  });

  test("every reference leads somewhere", () => {
    const text = JSON.stringify(document);
    const names = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name = ""]) => name);
    expect(names.filter((name) => !(name in components.schemas))).toEqual([]);
  });

  test("its schemas take real frames, resumable ones too, and refuse others", () => {
    const typing = { type: "ChannelStartTyping", id: "01", user: "02" };
    expect(isValid("ChannelStartTypingEvent", typing)).toBe(true);
    expect(isValid("ChannelStartTypingEvent", { ...typing, position: "1-0" })).toBe(true);
    expect(isValid("ChannelStartTypingEvent", { ...typing, user: 2 })).toBe(false);
    const call = { type: "VoiceCallUpdate", initiator_id: "01", channel_id: "02", started_at: null, ended: true };
    expect(isValid("VoiceCallUpdateEvent", call)).toBe(true);
    const full = { type: "ChannelUpdate", id: "01", data: { voice: { max_users: 0 } }, clear: [] };
    expect(isValid("ChannelUpdateEvent", full)).toBe(true);
    expect(isValid("PingCommand", { type: "Ping", data: 2 ** 53 })).toBe(true);
    expect(isValid("PingCommand", { type: "Ping", data: "1" })).toBe(false);
  });

  test("an event with one of several kinds of channel is one of several events, each with all of its fields", () => {
    const { oneOf } = Union.parse(components.schemas["ChannelCreateEvent"]);
    const kinds = oneOf.map(({ title, properties }) => [title, Object.keys(properties).slice(0, 4)]);
    const own = ["type", "position", "channel_type", "_id"];
    expect(kinds).toEqual(
      ["SavedMessages", "DirectMessage", "Group", "TextChannel"].map((kind) => [`ChannelCreateEvent${kind}`, own]),
    );
    const group = { channel_type: "Group", _id: "01", name: "g", owner: "02", recipients: ["02"] };
    expect(isValid("ChannelCreateEvent", { type: "ChannelCreate", ...group })).toBe(true);
    expect(isValid("ChannelCreateEvent", { type: "ChannelCreate", ...group, recipients: undefined })).toBe(false);
  });

  test("the items of a Bulk are events, checked like others", () => {
    const hidden = { type: "ChannelDelete", id: "01" };
    expect(
      isValid("BulkEvent", { type: "Bulk", v: [hidden, { type: "ServerRoleDelete", id: "02", role_id: "03" }] }),
    ).toBe(true);
    expect(isValid("BulkEvent", { type: "Bulk", v: [hidden, { type: "ServerRoleDelete", id: "02" }] })).toBe(false);
  });

  test("what generators make a type of has a name, and no two have the same: what has none is numbered", () => {
    const names = [...Object.keys(components.schemas), ...Object.values(components.schemas).flatMap(titlesWithin)];
    expect(names).toContain("SystemMessageUserAdded");
    expect(names).toContain("ServerMemberLeaveEventReason");
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    expect(components.schemas["User"]).toMatchObject({
      properties: { relationship: { $ref: "#/components/schemas/RelationshipStatus" } },
    });
    expect(components.schemas["Presence"]).toMatchObject({ enum: ["Online", "Idle", "Focus", "Busy", "Invisible"] });
  });

  test("P3: takes every frame of a resumable connection, that and how it is continued included", async () => {
    await using s = await lostConnection(profiles[0] as Profile); // the embedded one is always there
    const key = { server: s.server._id, user: s.member.id };
    const status = { text: "busy", presence: "Busy" } as const;
    await using socket = await s.gateway.socket(s.member.token, { resume: true, reconnect: true });

    await s.gateway.say(s.open._id, s.owner.user);
    await publish(
      s.gateway.deps,
      userUpdate({ id: s.member.id, data: { status }, clear: [], event_id: null }, []),
      serverMemberUpdate({ id: key, data: { roles: ["S"] }, clear: [] }),
      serverMemberUpdate({ id: key, data: { roles: ["R"] }, clear: [] }),
    );
    await s.gateway.received(s.owner.id, s.witness);
    await socket.settle();
    const told = socket.drain();
    socket.client.drop();
    told.push(await socket.take("Resumed"));

    const types = ["Authenticated", "Ready", "Message", "UserUpdate", "Bulk", "Bulk", "Resumed"];
    expect(told.map(({ type }) => type)).toEqual(types as EventType[]);
    expect(told.filter((event) => !isValid(`${event.type}Event`, event)).map(({ type }) => type)).toEqual([]);
    expect(told.map((event) => "position" in event)).toEqual(types.map((type) => type !== "Authenticated"));
    expect(told.map((event) => "session" in event)).toEqual(
      types.map((type) => type === "Ready" || type === "Resumed"),
    );
  });

  test("P3: tells how to connect: format, compression, resuming; and how frames look in either format", () => {
    const { query } = Query.parse(channels["events"]).bindings.ws;
    const names = ["version", "format", "token", "ready", "compress", "resume", "session", "position"];
    expect(Object.keys(query.properties).sort()).toEqual(names.sort());
    expect(Object.keys(document["x-encodings"])).toEqual(["json", "msgpack"]);
  });

  test("P3: names the position in every event, and the session where one is given", () => {
    const named = (field: string) =>
      Object.entries(components.schemas)
        .filter(([name, schema]) => name.endsWith("Event") && Fields.parse(schema).includes(field))
        .map(([name]) => name);
    const events = Object.keys(channels["events"]?.messages ?? {});
    expect(named("position").sort()).toEqual(events.sort());
    expect(named("session")).toEqual(["ReadyEvent", "ResumedEvent"]);
  });

  test("lists the close codes of the table", () => {
    expect(document["x-close-codes"].map(({ code }) => code)).toEqual(
      [...Object.values(closeCodes), ...Object.values(runtimeCloseCodes)].map(({ code }) => code),
    );
  });

  test("tells after which close codes the token is of no use any more", () => {
    const final = document["x-close-codes"].filter(({ reconnect }) => !reconnect).map(({ code }) => code);
    expect(final).toEqual([4002, 4003]);
  });
});
