import { KeysUnavailableError, type Keys } from "@lib/keys/keys.ts";

/** Which keys answer now. */
export type KeysState = "primary" | "fallback";

/** How to watch and how soon to try again. */
export type AskPrimaryOptions = {
  /** Told about each change. */
  onState(state: KeysState): void;
  /** Milliseconds since any fixed moment. */
  now(): number;
  /** How long the primary is not asked after a failure. */
  retryMs?: number;
};

/**
 * Resolves to what the primary answers to a call; while it is away to `meanwhile`, or to the fallback's answer when that
 * is not given. Errors other than `KeysUnavailableError` are passed on.
 */
export type AskPrimary = <T>(call: (keys: Keys) => Promise<T>, meanwhile?: () => Promise<T>) => Promise<T>;

/**
 * Asks keys that may be away. After a failure one call per `retryMs` asks them again, so that an outage costs no
 * request a wait. They are back once they answer a ping: a Redis that is out of memory, or cannot save, still answers
 * other calls, and a lock taken here would be given back there.
 */
export function askPrimary(
  primary: Keys,
  fallback: Keys,
  { onState, now, retryMs = 250 }: AskPrimaryOptions,
): AskPrimary {
  let state: KeysState = "primary";
  let retryAt = 0;

  function become(next: KeysState): void {
    if (next === state) return;
    state = next;
    onState(next);
  }

  /** While the primary is away, the call that may ask it delays the next one. */
  function mayAsk(): boolean {
    if (state === "primary") return true;
    if (now() < retryAt) return false;
    retryAt = now() + retryMs;
    return true;
  }

  return async (call, meanwhile = () => call(fallback)) => {
    if (!mayAsk()) return meanwhile();
    try {
      if (state === "fallback") {
        await primary.ping();
        become("primary");
      }
      return await call(primary);
    } catch (error) {
      if (!(error instanceof KeysUnavailableError)) throw error;
      retryAt = now() + retryMs;
      become("fallback");
      return meanwhile();
    }
  };
}
