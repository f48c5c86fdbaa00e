import type { Deps } from "@lib/domain/deps.ts";
import type { UserSlowmode } from "@lib/model/slowmode.ts";

/** The slowmodes that run for a user, with their seconds left; ended ones are forgotten. None while keys are away. */
export async function listSlowmodes({ keys }: Pick<Deps, "keys">, userId: string): Promise<UserSlowmode[]> {
  const index = `slowmode_idx:${userId}`;
  const channels = await keys.listSet(index);
  const left = await Promise.all(channels.map((channel) => keys.ttl(`slowmode:${userId}:${channel}`)));
  const ended = channels.filter((_, at) => !left[at]);
  if (ended.length > 0) await keys.removeFromSet(index, ...ended);
  return channels.flatMap((channel_id, at) => {
    const seconds = Math.ceil((left[at] ?? 0) / 1000);
    return seconds > 0 ? [{ channel_id, duration: seconds, retry_after: seconds }] : [];
  });
}
