import { KeysUnavailableError, type Keys } from "@lib/keys/keys.ts";

/** Which keys answer now. */
export type KeysState = "primary" | "fallback";

/** How to watch and how soon to try again. */
export type ResilientKeysOptions = {
  /** Told about each change. */
  onState(state: KeysState): void;
  /** Milliseconds since any fixed moment. */
  now(): number;
  /** How long only the fallback is asked after a failure. */
  retryMs?: number;
};

/**
 * Keys that answer from `fallback`, the in-process driver, while `primary` is away. After a failure one call per
 * `retryMs` asks the primary again, so that an outage costs no request a wait.
 *
 * Leases are held in both. During an outage the fallback thus knows the sessions of this process: who is first and
 * last stays right within it, and nobody is announced twice. After the outage `renewLeases` restores those that the
 * primary lost; those that ended meanwhile expire there and are reaped.
 */
export function resilientKeys(primary: Keys, fallback: Keys, options: ResilientKeysOptions): Keys {
  const { onState, now, retryMs = 250 } = options;
  let state: KeysState = "primary";
  let retryAt = 0;

  function become(next: KeysState): void {
    if (next === state) return;
    state = next;
    onState(next);
  }

  /** Whether this call may ask the primary. While it is away, the call that may delays the next one. */
  function mayAskPrimary(): boolean {
    if (state === "primary") return true;
    if (now() < retryAt) return false;
    retryAt = now() + retryMs;
    return true;
  }

  async function ask<T>(call: (keys: Keys) => Promise<T>, answerMeanwhile = () => call(fallback)): Promise<T> {
    if (!mayAskPrimary()) return answerMeanwhile();
    try {
      const answer = await call(primary);
      become("primary");
      return answer;
    } catch (error) {
      if (!(error instanceof KeysUnavailableError)) throw error;
      retryAt = now() + retryMs;
      become("fallback");
      return answerMeanwhile();
    }
  }

  /** For leases: both are told, the primary is believed when it answers. */
  async function askBoth<T>(call: (keys: Keys) => Promise<T>): Promise<T> {
    const own = await call(fallback);
    return ask(call, async () => own);
  }

  return {
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
    openLease: (...args) => askBoth((keys) => keys.openLease(...args)),
    renewLeases: (...args) => askBoth((keys) => keys.renewLeases(...args)),
    closeLease: (...args) => askBoth((keys) => keys.closeLease(...args)),
    reapLeases: () => askBoth((keys) => keys.reapLeases()),
    listOnline: (...args) => ask((keys) => keys.listOnline(...args)),
    countOnline: () => ask((keys) => keys.countOnline()),
    clearUnleased: () => ask((keys) => keys.clearUnleased()),
    ping: () => primary.ping(),
    close: async () => void (await Promise.all([primary.close(), fallback.close()])),
  };
}
