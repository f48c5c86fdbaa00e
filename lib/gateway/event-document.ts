/** The event protocol as an AsyncAPI 3.0 document: every message in both directions, both encodings, every close code. */
import { catalogue } from "@lib/event/catalogue.ts";
import { ClientEvent } from "@lib/event/client-events.ts";
import { closeCodes, finalCodes, runtimeCloseCodes } from "@lib/gateway/close-codes.ts";
import { type ClientFacingEventType, eventSummaries, unsentEvents } from "@lib/gateway/event-summaries.ts";
import { nameParts } from "@lib/gateway/name-parts.ts";
import { connectionQuery, encodings } from "@lib/gateway/wire-description.ts";
import { Timestamp } from "@lib/model/timestamp.ts";
import { componentSchemas } from "@lib/rpc/component-schemas.ts";
import { jsonSchemas } from "@lib/rpc/openapi-version.ts";
import { z } from "zod";

/** What the document says about the protocol as a whole. */
export type EventDocumentInfo = { title: string; version: string; description: string; license: { name: string } };

const CLIENT_SUMMARIES: Readonly<Record<ClientEvent["type"], string>> = {
  Authenticate: "Logs in, when the token is not in the query string.",
  BeginTyping: "The user is writing in a channel.",
  EndTyping: "The user stopped writing in a channel.",
  Subscribe: "Asks for profile changes of the members of a server, for a while.",
  Ping: "Asks for a `Pong` with the same data.",
};

const waitingFor = new Map(Object.entries(unsentEvents));

/** Generates the document. Internal events are left out. */
export function createEventDocument(info: EventDocumentInfo): object {
  const sent = Object.entries(eventSummaries);
  const generated = componentSchemas({
    ...Object.fromEntries(sent.map(([type]) => [`${type}Event`, payloadOf(type)])),
    ...Object.fromEntries(ClientEvent.options.map((option) => [`${typeOf(option)}Command`, option])),
  });
  const schemas = nameParts(validNames(jsonSchemas(generated)));
  return {
    asyncapi: "3.0.0",
    info,
    defaultContentType: "application/json",
    servers: { events: eventServer },
    channels: {
      events: channel(
        "What the server sends",
        sent.map(([type]) => `${type}Event`),
      ),
      commands: channel(
        "What clients send",
        ClientEvent.options.map((option) => `${typeOf(option)}Command`),
      ),
    },
    operations: {
      sendEvents: { action: "send", channel: reference("channels", "events"), summary: "The server sends events." },
      receiveCommands: {
        action: "receive",
        channel: reference("channels", "commands"),
        summary: "The server takes commands. What is none is ignored, and the connection stays open.",
      },
    },
    components: {
      schemas: { ...schemas, BulkEvent: withItems(schemas["BulkEvent"] ?? {}) },
      messages: Object.fromEntries([
        ...sent.map(([type, summary]) => message(type, "Event", summary, waitingFor.get(type))),
        ...Object.entries(CLIENT_SUMMARIES).map(([type, summary]) => message(type, "Command", summary)),
      ]),
    },
    "x-encodings": encodings,
    "x-close-codes": Object.entries({ ...closeCodes, ...runtimeCloseCodes }).map(([name, row]) => ({
      name,
      ...row,
      reconnect: !finalCodes.has(row.code),
    })),
  };
}

const eventServer = {
  host: "{host}",
  protocol: "wss",
  description: "The root document of the API names the address as `ws`. The path does not matter.",
  variables: { host: { default: "localhost:14703", description: "Host and port, or host and path behind a proxy." } },
};

function channel(title: string, messages: readonly string[]): object {
  return {
    address: "/",
    title,
    messages: Object.fromEntries(messages.map((name) => [name, reference("components/messages", name)])),
    bindings: { ws: { method: "GET", query: connectionQuery, bindingVersion: "0.1.0" } },
  };
}

function message(type: string, kind: "Event" | "Command", summary: string, missing?: string): [string, object] {
  const payload = reference("components/schemas", `${type}${kind}`);
  const description = missing && `Not sent by this server so far: it comes with ${missing}.`;
  return [`${type}${kind}`, { name: type, title: type, summary, ...(description && { description }), payload }];
}

const POSITION = z
  .string()
  .optional()
  .describe("Where this frame stands in the stream. Only on connections with `resume=true`.");

/**
 * The fields of an event beside its `type`; those of a model that an event carries whole are a reference to it. With one
 * of several kinds of a model it is one of several kinds of event: generators make nothing of a union in an intersection.
 */
function payloadOf(type: string): z.ZodType {
  const fields = catalogue.get(type)?.fields;
  if (!fields) throw new Error(`The catalogue has no event ${type}`);
  const envelope = z.object({ type: z.literal(type), position: POSITION, ...(type === "Ready" && resumable) });
  if (fields instanceof z.ZodDiscriminatedUnion) {
    const objects = fields.options.filter((kind) => kind instanceof z.ZodObject);
    const [first, ...others] = objects.map((kind) => envelope.extend(kind.shape));
    if (first) return z.discriminatedUnion(fields.def.discriminator, [first, ...others]);
  }
  return fields instanceof z.ZodObject && fields.meta()?.id === undefined
    ? envelope.extend(fields.shape)
    : z.intersection(envelope, fields);
}

const resumable = {
  session: z
    .string()
    .optional()
    .describe("Names this session when continuing. Only on connections with `resume=true`."),
};

function typeOf({ shape }: (typeof ClientEvent.options)[number]): string {
  return shape.type.value;
}

/** What a `Bulk` holds: channels that a server's event hides or shows, then that event. */
const BULK_ITEMS: readonly ClientFacingEventType[] = [
  "ChannelDelete",
  "ChannelCreate",
  "ServerUpdate",
  "ServerMemberUpdate",
  "ServerRoleUpdate",
  "ServerRoleDelete",
  "ServerRoleRanksUpdate",
];

/** The schema of `Bulk` with its items, which the catalogue leaves open because they are of the catalogue themselves. */
function withItems(bulk: Readonly<Record<string, unknown>>): object {
  const oneOf = BULK_ITEMS.map((type) => reference("components/schemas", `${type}Event`));
  return { ...bulk, properties: { ...Object(bulk["properties"]), v: { type: "array", items: { oneOf } } } };
}

const reference = (place: string, name: string) => ({ $ref: `#/${place}/${name}` });

/** AsyncAPI allows no spaces in the names of components. */
function validNames(schemas: Record<string, object>): Record<string, object> {
  const { id = "" } = Timestamp.meta() ?? {};
  return JSON.parse(JSON.stringify(schemas).replaceAll(id, id.replaceAll(" ", "")));
}
