/** How connections enter and leave the world. */
import type { Connection } from "@lib/gateway/connection.ts";
import type { Snapshot } from "@lib/gateway/snapshot.ts";
import { addMember, dropServer, removeMember } from "@lib/gateway/view-class.ts";
import {
  type ServerView,
  type UserView,
  type World,
  addDirect,
  dropDirectIfUnused,
  joinDirect,
  leaveDirect,
  relationWithBot,
  setRelation,
} from "@lib/gateway/world.ts";
import type { ChannelDocument } from "@lib/model/stored/channel.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";

/** Adds a connection, with its user if it is the user's first one here. Takes place between two entries of the bus. */
export function enterWorld(world: World, connection: Connection, snapshot: Snapshot): UserView {
  const user = world.users.get(snapshot.user._id) ?? addUser(world, snapshot);
  addConnection(world, user, connection);
  return user;
}

/** Makes a connection live as one of a user that the world holds. What it is sent is held back until `letGo`. */
export function addConnection(world: World, user: UserView, connection: Connection): void {
  connection.holdBack();
  world.heldBack.add(connection);
  connection.beLive(user);
  user.connections = [...user.connections, connection];
  for (const server of user.servers) {
    const member = server.members.get(user.id);
    if (member) connection.subscribe(member.viewClass.topic);
    if (user.bot) server.watchers.add(connection);
  }
  for (const direct of user.directs) connection.subscribe(direct.topic);
}

/** Sends a connection what was held back, at once or as its socket takes it in: call it again whenever that has. */
export function letGo(world: World, connection: Connection): void {
  connection.goOn();
  if (!connection.isHeldBack) world.heldBack.delete(connection);
}

/** Removes a connection, and its user with the last one unless a lost connection of theirs may come back. */
export function leaveWorld(world: World, connection: Connection): void {
  const { user } = connection;
  if (!user) return;
  user.connections = user.connections.filter((other) => other !== connection);
  world.watching.delete(connection);
  world.heldBack.delete(connection);
  for (const server of user.servers) server.watchers.delete(connection);
  dropUserIfUnused(world, user);
}

/** Lets go of a user whom nobody is connected as. */
export function dropUserIfUnused(world: World, user: UserView): void {
  if (user.connections.length > 0 || user.lost.size > 0 || world.users.get(user.id) !== user) return;
  for (const server of user.servers) removeMember(world, server, user.id);
  for (const direct of [...user.directs]) {
    leaveDirect(direct, user);
    dropDirectIfUnused(world, direct);
  }
  for (const target of [...user.relations.keys()]) setRelation(world, user, target, "None");
  world.users.delete(user.id);
}

/** Holds a server as it was read. */
export function holdServer(world: World, server: ServerDocument, channels: readonly ChannelDocument[]): ServerView {
  const view: ServerView = {
    id: server._id,
    server,
    channels: new Map(channels.map((channel) => [channel._id, channel])),
    members: new Map(),
    classes: new Map(),
    watchers: new Set(),
    classesMade: 0,
  };
  world.servers.set(view.id, view);
  for (const channel of channels) world.serverOfChannel.set(channel._id, view);
  return view;
}

function addUser(world: World, snapshot: Snapshot): UserView {
  const { user: document } = snapshot;
  const user: UserView = {
    id: document._id,
    user: document,
    bot: document.bot !== undefined,
    relations: new Map(),
    connections: [],
    servers: [],
    directs: new Set(),
    lost: new Set(),
    typing: null,
    notes: null,
  };
  world.users.set(user.id, user);
  try {
    addAcquaintances(world, user, snapshot);
  } catch (error) {
    // The next connection would take a half of a user for all of it.
    dropUserIfUnused(world, user);
    for (const id of snapshot.servers.keys()) dropServerIfUnused(world, id);
    throw error;
  }
  return user;
}

/** Adds a user's relations, servers and direct channels. */
function addAcquaintances(world: World, user: UserView, snapshot: Snapshot): void {
  for (const { _id, status } of snapshot.user.relations ?? [])
    setRelation(world, user, _id, snapshot.bots.has(_id) ? relationWithBot(status) : status);
  for (const member of snapshot.memberships) {
    const read = snapshot.servers.get(member._id.server);
    const server = world.servers.get(member._id.server) ?? (read && holdServer(world, read.server, read.channels));
    if (server) addMember(server, user, member.roles);
  }
  for (const channel of snapshot.directs) joinDirect(addDirect(world, channel), user);
}

function dropServerIfUnused(world: World, id: string): void {
  const server = world.servers.get(id);
  if (server?.members.size === 0) dropServer(world, server);
}
