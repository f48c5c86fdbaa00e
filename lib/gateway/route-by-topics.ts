import type { RuleContext } from "@lib/gateway/rules/rule.ts";
import { acquaintances } from "@lib/gateway/world.ts";

/** Sends an event unchanged to everybody on its topics. Topics nobody connected is on, such as internal ones, end here. */
export function routeByTopics({ world, out, frames, topics }: RuleContext): void {
  for (const topic of topics) {
    if (topic.endsWith("!")) {
      const user = world.users.get(topic.slice(0, -1));
      if (user) out.toUsers([user], frames);
      continue;
    }
    const channelServer = world.serverOfChannel.get(topic);
    const server = world.servers.get(topic);
    const direct = world.directs.get(topic);
    if (channelServer) out.toViewers(channelServer, topic, frames);
    else if (server) out.toServer(server, frames);
    else if (direct) out.toDirect(direct, frames);
    else if (topic !== "") out.toUsers(acquaintances(world, topic), frames);
  }
}
