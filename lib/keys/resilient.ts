import { type AskPrimaryOptions, askPrimary } from "@lib/keys/ask-primary.ts";
import type { Keys } from "@lib/keys/keys.ts";
import { resilientLeases } from "@lib/keys/resilient-leases.ts";

/** Keys that answer from `fallback`, the in-process driver, while `primary` is away. Leases are held in both. */
export function resilientKeys(primary: Keys, fallback: Keys, options: AskPrimaryOptions): Keys {
  const ask = askPrimary(primary, fallback, options);

  return {
    ...resilientLeases(ask, fallback),
    hitWindow: (...args) => ask((keys) => keys.hitWindow(...args)),
    take: (...args) => ask((keys) => keys.take(...args)),
    release: (...args) => ask((keys) => keys.release(...args)),
    get: (...args) => ask((keys) => keys.get(...args)),
    getMany: (...args) => ask((keys) => keys.getMany(...args)),
    set: (...args) => ask((keys) => keys.set(...args)),
    getDelete: (...args) => ask((keys) => keys.getDelete(...args)),
    delete: (...args) => ask((keys) => keys.delete(...args)),
    ttl: (...args) => ask((keys) => keys.ttl(...args)),
    addToSet: (...args) => ask((keys) => keys.addToSet(...args)),
    removeFromSet: (...args) => ask((keys) => keys.removeFromSet(...args)),
    listSet: (...args) => ask((keys) => keys.listSet(...args)),
    ping: () => primary.ping(),
    close: async () => void (await Promise.all([primary.close(), fallback.close()])),
  };
}
