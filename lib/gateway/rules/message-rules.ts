/** `Message.user.relationship` is the one field that differs between recipients (conformance events-29, events-72). */
import type { EventOf } from "@lib/event/catalogue.ts";
import type { Connection } from "@lib/gateway/connection.ts";
import { Frames } from "@lib/gateway/frames.ts";
import type { Outlet } from "@lib/gateway/outlet.ts";
import type { Rules } from "@lib/gateway/rules/rule.ts";
import type { Topic } from "@lib/gateway/variant.ts";
import type { DirectView, ServerView, UserView, World } from "@lib/gateway/world.ts";
import type { ChannelDocument } from "@lib/model/stored/channel.ts";
import type { RelationshipStatus } from "@lib/model/user.ts";

/** Of messages: the only events of which each recipient may get a form of their own. */
export const messageRules: Rules = {
  Message({ world, out, frames }, event) {
    const place = placeOf(world, event.channel);
    if (!place) return;
    noteLastMessage(world, place, event);
    const related = relatedRecipients(world, place, event);
    if (related.length === 0) return publishIn(place, out, frames);
    // Taken off the shared topic for the moment of the publish, they get a frame of their own instead.
    for (const { connection, topic } of related) connection.unsubscribe(topic);
    try {
      publishIn(place, out, frames);
    } finally {
      for (const { connection, topic } of related) connection.subscribe(topic);
    }
    const variants = new Map<RelationshipStatus, Frames>();
    for (const { connection, status } of related) {
      const own = variants.get(status) ?? new Frames(seenBy(event, status), frames.position);
      variants.set(status, own);
      out.toConnections([connection], own);
    }
  },

  MessageDelete: ({ world, out, frames }, { channel, id }) => deleteIn(placeOf(world, channel), out, frames, [id]),

  BulkMessageDelete: ({ world, out, frames }, { channel, ids }) => deleteIn(placeOf(world, channel), out, frames, ids),
};

/** A channel that somebody connected may view. */
type Place = { readonly channel: ChannelDocument } & (
  { readonly server: ServerView; readonly direct?: never } | { readonly direct: DirectView; readonly server?: never }
);

function placeOf(world: World, id: string): Place | undefined {
  const server = world.serverOfChannel.get(id);
  const channel = server?.channels.get(id);
  if (server && channel) return { server, channel };
  const direct = world.directs.get(id);
  return direct && { direct, channel: direct.channel };
}

function publishIn({ server, direct, channel }: Place, out: Outlet, frames: Frames): void {
  if (server) out.toViewers(server, channel._id, frames);
  else out.toDirect(direct, frames);
}

type Related = { connection: Connection; topic: Topic; status: RelationshipStatus };

/** Sockets in the audience whose user is the author or has a relation with the author. */
function relatedRecipients(world: World, place: Place, event: EventOf<"Message">): Related[] {
  const { author, user } = event;
  const found: Related[] = [];
  if (!user) return found;
  const add = (recipient: UserView): void => {
    const topic = topicOf(place, recipient);
    if (topic === undefined) return;
    const status = relationshipTo(event, recipient);
    for (const connection of recipient.connections) found.push({ connection, topic, status });
  };
  const self = world.users.get(author);
  if (self) add(self);
  if (user.bot) return found;
  for (const recipient of world.related.get(author) ?? []) add(recipient);
  return found;
}

/** The topic by which a user gets what is said in a channel; undefined for those who may not view it. */
function topicOf({ server, direct, channel }: Place, user: UserView): Topic | undefined {
  if (direct) return direct.participants.has(user) ? direct.topic : undefined;
  const viewClass = server.members.get(user.id)?.viewClass;
  return viewClass?.channels.has(channel._id) ? viewClass.topic : undefined;
}

/** How somebody who gets a message stands to its author. A bot is `None` to everybody but itself. */
export function relationshipTo({ author, user }: EventOf<"Message">, recipient: UserView): RelationshipStatus {
  if (recipient.id === author) return "User";
  return user?.bot ? "None" : (recipient.relations.get(author) ?? "None");
}

/** The message as somebody with this relation may see it: no presence of somebody who blocked them (07 Q29). */
export function seenBy(event: EventOf<"Message">, relationship: RelationshipStatus): EventOf<"Message"> {
  if (!event.user) return event;
  if (relationship !== "BlockedOther") return { ...event, user: { ...event.user, relationship } };
  const { status: _status, ...user } = event.user;
  return { ...event, user: { ...user, online: false, relationship } };
}

function noteLastMessage({ overtaken }: World, { channel }: Place, { _id }: EventOf<"Message">): void {
  if ((channel.last_message_id ?? "") > _id) return void overtaken.add(channel._id);
  channel.last_message_id = _id;
  if (overtaken.size > 0) overtaken.delete(channel._id);
}

/** While others remain, a `ChannelUpdate` has named the newest of them before; the last one leaves nothing behind. */
function deleteIn(place: Place | undefined, out: Outlet, frames: Frames, ids: readonly string[]): void {
  if (!place) return;
  const { channel } = place;
  if (channel.last_message_id !== undefined && ids.includes(channel.last_message_id)) delete channel.last_message_id;
  publishIn(place, out, frames);
}
