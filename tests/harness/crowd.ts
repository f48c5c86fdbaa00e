import type { Database } from "@lib/store/database.ts";
import { initialiseDatabase } from "@lib/store/initialise-database.ts";
import { openStore } from "@lib/store/store.ts";
import { systemClock, systemIds } from "@lib/domain/system-ids.ts";
import { storedServer, storedTextChannel, storedUser } from "@tests/harness/stored-documents.ts";

/** Somebody with a session. */
export type CrowdMember = { id: string; token: string };

/** A server full of people: enough of them to send more than the rate limits let one person send. */
export type Crowd = { serverId: string; people: CrowdMember[]; channelIds: string[] };

/** Puts a crowd into the database of processes that start later, or run. */
export async function seedCrowd(database: Database, size: { people: number; channels: number }): Promise<Crowd> {
  await initialiseDatabase(database);
  const store = openStore(database, { onMalformed: () => {} });
  const ids = systemIds(systemClock);
  const serverId = ids.ulid();
  const people = Array.from({ length: size.people }, () => ({ id: ids.ulid(), token: ids.nanoid(64) }));
  const channelIds = Array.from({ length: size.channels }, () => ids.ulid());
  for (const { id, token } of people) {
    const last_seen = systemClock.now();
    await store.users.insert(storedUser(id, { username: `u${id.slice(10).toLowerCase()}` }));
    await store.sessions.insert({ _id: ids.ulid(), user_id: id, token, name: "test", last_seen });
    const member = { joined_at: last_seen, roles: [], can_publish: true, can_receive: true };
    await store.members.insert({ _id: { server: serverId, user: id }, ...member });
  }
  for (const id of channelIds) await store.channels.insert(storedTextChannel(id, { server: serverId }));
  await store.servers.insert(storedServer(serverId, { owner: people[0]?.id ?? "", channels: channelIds }));
  return { serverId, people, channelIds };
}
