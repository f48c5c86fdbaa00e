import { KeysUnavailableError, type Keys } from "@lib/keys/keys.ts";
import { presenceDoubts } from "@lib/keys/presence-doubts.ts";

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
 * primary lost, and `reconcileLeases` ends those that the primary still holds and names whoever only the other processes
 * knew to be online.
 */
export function resilientKeys(primary: Keys, fallback: Keys, options: ResilientKeysOptions): Keys {
  const { onState, now, retryMs = 250 } = options;
  let state: KeysState = "primary";
  let retryAt = 0;
  const doubts = presenceDoubts();

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

  async function closeLease(user: string, lease: string): Promise<boolean> {
    const isLast = await fallback.closeLease(user, lease);
    return ask(
      (keys) => keys.closeLease(user, lease),
      async () => {
        doubts.addClosed({ user, lease });
        return isLast;
      },
    );
  }

  const listOnline = (users: readonly string[]): Promise<Set<string>> =>
    ask(
      (keys) => keys.listOnline(users),
      async () => {
        const online = await fallback.listOnline(users);
        doubts.addOffline(users.filter((user) => !online.has(user)));
        return online;
      },
    );

  async function reconcileLeases(): Promise<string[]> {
    if (doubts.isEmpty) return [];
    return ask(
      () => doubts.settle(primary),
      async () => [],
    );
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
    closeLease,
    reapLeases: () => askBoth((keys) => keys.reapLeases()),
    reconcileLeases,
    listOnline,
    countOnline: () => ask((keys) => keys.countOnline()),
    clearUnleased: () => ask((keys) => keys.clearUnleased()),
    ping: () => primary.ping(),
    close: async () => void (await Promise.all([primary.close(), fallback.close()])),
  };
}
