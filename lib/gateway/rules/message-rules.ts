/** `Message.user.relationship` is the one field that differs between recipients (conformance events-29, events-72). */
import type { EventOf } from "@lib/event/catalogue.ts";
import type { Connection } from "@lib/gateway/connection.ts";
import { Frames } from "@lib/gateway/frames.ts";
import type { RuleContext, Rules } from "@lib/gateway/rules/rule.ts";
import { type UserView, directTopic } from "@lib/gateway/world.ts";
import type { ChannelDocument } from "@lib/model/stored/channel.ts";
import type { RelationshipStatus } from "@lib/model/user.ts";

export const messageRules: Rules = {
  Message(context, event) {
    noteLastMessage(context, event);
    const related = relatedRecipients(context, event);
    if (related.length === 0) return publishToChannel(context, event.channel);
    // Taken off the shared topic for the moment of the publish, they get a frame of their own instead.
    for (const { connection, topic } of related) connection.unsubscribe(topic);
    try {
      publishToChannel(context, event.channel);
    } finally {
      for (const { connection, topic } of related) connection.subscribe(topic);
    }
    const variants = new Map<RelationshipStatus, Frames>();
    for (const { connection, status } of related) {
      const frames = variants.get(status) ?? new Frames(seenBy(event, status), context.frames.position);
      variants.set(status, frames);
      context.out.toConnections([connection], frames);
    }
  },

  MessageDelete(context, { channel, id }) {
    forgetLastMessage(context, channel, [id]);
    publishToChannel(context, channel);
  },

  BulkMessageDelete(context, { channel, ids }) {
    forgetLastMessage(context, channel, ids);
    publishToChannel(context, channel);
  },
};

type Related = { connection: Connection; topic: string; status: RelationshipStatus };

/** Sockets in the audience whose user is the author or has a relation with the author. */
function relatedRecipients({ world }: RuleContext, { channel, author, user }: EventOf<"Message">): Related[] {
  if (!user) return [];
  const found: Related[] = [];
  const server = world.serverOfChannel.get(channel);
  const direct = world.directs.get(channel);
  const add = (recipient: UserView, status: RelationshipStatus): void => {
    const viewClass = server?.members.get(recipient.id)?.viewClass;
    const inServer = viewClass?.channels.has(channel) ? viewClass.topic : undefined;
    const topic = inServer ?? (direct?.participants.has(recipient) ? directTopic(direct.id) : undefined);
    if (topic === undefined) return;
    for (const connection of recipient.connections) found.push({ connection, topic, status });
  };
  const self = world.users.get(author);
  if (self) add(self, "User");
  if (user.bot) return found;
  for (const recipient of world.related.get(author) ?? []) add(recipient, recipient.relations.get(author) ?? "None");
  return found;
}

/** The message as somebody with this relation may see it: no presence of somebody who blocked them (07 Q29). */
function seenBy(event: EventOf<"Message">, relationship: RelationshipStatus): EventOf<"Message"> {
  if (!event.user) return event;
  if (relationship !== "BlockedOther") return { ...event, user: { ...event.user, relationship } };
  const { status: _status, ...user } = event.user;
  return { ...event, user: { ...user, online: false, relationship } };
}

function publishToChannel({ world, out, frames }: RuleContext, channelId: string): void {
  const server = world.serverOfChannel.get(channelId);
  if (server) out.toViewers(server, channelId, frames);
  const direct = world.directs.get(channelId);
  if (direct) out.toDirect(direct, frames);
}

function noteLastMessage(context: RuleContext, { channel, _id }: EventOf<"Message">): void {
  const held = heldChannel(context, channel);
  if (held && (held.last_message_id ?? "") < _id) held.last_message_id = _id;
}

/** While others remain, a `ChannelUpdate` has named the newest of them before; the last one leaves nothing behind. */
function forgetLastMessage(context: RuleContext, channelId: string, ids: readonly string[]): void {
  const held = heldChannel(context, channelId);
  if (held?.last_message_id !== undefined && ids.includes(held.last_message_id)) delete held.last_message_id;
}

function heldChannel({ world }: RuleContext, id: string): ChannelDocument | undefined {
  return world.serverOfChannel.get(id)?.channels.get(id) ?? world.directs.get(id)?.channel;
}
