import { SettingsError } from "@lib/settings/settings-error.ts";

/** Opens a listener. An address that cannot be listened on stops the start like any other bad setting (P24). */
export function listen<T>(key: string, address: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? REASONS.get(error.code) : undefined;
    if (reason === undefined) throw error;
    throw new SettingsError([{ key, source: address, reason }], { cause: error });
  }
}

const REASONS = new Map<unknown, string>([
  ["EADDRINUSE", "another process listens there"],
  ["EADDRNOTAVAIL", "this machine has no such address"],
  ["EACCES", "the right to listen on this port is missing"],
]);
