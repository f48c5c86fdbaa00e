import type { UserView, World } from "@lib/gateway/world.ts";

/** Whether any of these topics is one that a user listens on: a cheap look before an entry is examined. */
export function concerns(world: World, user: UserView, topics: readonly string[]): boolean {
  return topics.some(
    (topic) =>
      topic === `${user.id}!` ||
      topic === user.id ||
      world.servers.get(topic)?.members.has(user.id) ||
      world.serverOfChannel.get(topic)?.members.has(user.id) ||
      world.directs.get(topic)?.participants.has(user) ||
      (topic.endsWith("u") && world.servers.get(topic.slice(0, -1))?.members.has(user.id)) ||
      knows(world, user, topic),
  );
}

function knows(world: World, user: UserView, userId: string): boolean {
  if (user.relations.has(userId)) return true;
  for (const direct of world.directsOf.get(userId) ?? []) if (direct.participants.has(user)) return true;
  return false;
}
