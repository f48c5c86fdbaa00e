import { listenOf } from "@lib/settings/fields.ts";
import { SettingsError } from "@lib/settings/settings-error.ts";

/** Opens a listener. An address that cannot be listened on stops the start like any other bad setting (P24). */
export function listen<T>(key: string, address: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    const reason = canListenOn(listenOf(address).hostname) ? reasonOf(error) : NOT_OURS;
    if (reason === undefined) throw error;
    throw new SettingsError([{ key, source: address, reason }], { cause: error });
  }
}

/**
 * Whether some port of a host can be listened on. Told by trying, because for a name that does not resolve Bun repeats the
 * code of whatever failed before, and says of many that their port is taken.
 */
function canListenOn(hostname: string): boolean {
  try {
    Bun.listen({ hostname, port: 0, socket: { data: () => {} } }).stop(true);
    return true;
  } catch {
    return false;
  }
}

const reasonOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error ? REASONS.get(error.code) : undefined;

const NOT_OURS = "is no address of this machine, and no name of one";

const REASONS = new Map<unknown, string>([
  ["EADDRINUSE", "another process listens there"],
  ["EACCES", "the right to listen on this port is missing"],
]);
