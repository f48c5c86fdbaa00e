/**
 * The port for short-lived keys shared by all processes: rate-limit windows, idempotency, presence leases, slowmode,
 * caches. Every operation is atomic across processes, bounded in memory, and named for its use rather than for Redis
 * commands, so that the drivers can be exact. Losing all keys is survivable.
 *
 * The Redis driver throws `KeysUnavailableError` when Redis is away; `resilientKeys` puts the in-process driver behind
 * it, so that limits keep counting (per process) instead of failing requests.
 */

/** The state of a rate-limit window after a hit. */
export type WindowResult = {
  /** False when the window was full; such a hit is not counted. */
  allowed: boolean;
  /** Requests left in the window after this one. */
  remaining: number;
  /** Milliseconds until the window ends. */
  resetMs: number;
};

/** Short-lived keys shared by all processes. A key lives through the millisecond of its end. */
export interface Keys {
  /** Counts one hit in a fixed window that starts at the first hit; a refused hit changes nothing (conformance http-30). */
  hitWindow(key: string, limit: number, windowMs: number): Promise<WindowResult>;

  /** Takes `key` unless somebody holds it. Returns null when taken now, else the milliseconds left of the other's hold. */
  take(key: string, value: string, ttlMs: number): Promise<number | null>;
  /** Gives up a key taken with `value`; once its time is over and somebody else holds it, theirs stays. */
  release(key: string, value: string): Promise<void>;
  /** Returns null when missing. */
  get(key: string): Promise<string | null>;
  /** Many keys in one round trip; null where missing. */
  getMany(keys: readonly string[]): Promise<(string | null)[]>;
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /** Atomically returns and deletes. */
  getDelete(key: string): Promise<string | null>;
  delete(key: string): Promise<void>;
  /** Milliseconds left, null when missing, `Infinity` for a key that a reference deployment left without expiry. */
  ttl(key: string): Promise<number | null>;

  /**
   * Adds to a set of strings with one expiry for all, at least `ttlMs` away: a shorter one never cuts an earlier, longer
   * one, which the reference does.
   */
  addToSet(key: string, member: string, ttlMs: number): Promise<void>;
  removeFromSet(key: string, ...members: string[]): Promise<void>;
  listSet(key: string): Promise<string[]>;

  /**
   * Presence (P8): a lease of one connection of one user. Returns true when it is the user's first live lease.
   * Keeps the reference's keys (`sessions:{user}`, `online`, `region{n}`) readable beside its own lease times, hence
   * `lease` is the reference's presence session id: a random unsigned 32-bit number in decimal, lowest bit 0
   * (conformance data-78).
   */
  openLease(user: string, lease: string, ttlMs: number): Promise<boolean>;
  /**
   * Prolongs many leases at once; one that had expired or was lost is open again. Returns the users who were offline
   * because of that and are now online.
   */
  renewLeases(leases: readonly { user: string; lease: string }[], ttlMs: number): Promise<string[]>;
  /** Returns true when no live lease of the user is left. */
  closeLease(user: string, lease: string): Promise<boolean>;
  /**
   * Lets leases end by themselves, in `ttlMs` at the latest, instead of closing them: who has another one by then was
   * never away, and of the others `reapLeases` tells. What is no lease stays none.
   */
  shortenLeases(leases: readonly { user: string; lease: string }[], ttlMs: number): Promise<void>;
  /** Those of `users` with a live lease. */
  listOnline(users: readonly string[]): Promise<Set<string>>;
  /** Removes expired leases and returns each user whose last lease that was, to exactly one caller in the cluster. */
  reapLeases(): Promise<string[]>;
  /**
   * After an outage of the shared keys: makes them know what was closed in it, and returns the users of whom `closeLease`,
   * `listOnline` or `noteTold` may have said something wrong meanwhile. Empty as long as the outage lasts, and without one.
   */
  reconcileLeases(): Promise<string[]>;
  /**
   * A change that makes a user online or offline is noted as untold by the process that made it, in the same step: by
   * `openLease`, `renewLeases`, `closeLease` or `reapLeases`. To be called once others were told of the user: returns
   * whether the user is online by now, because what is told last has to be true, and removes that note if it is what was
   * `told`, or if that does not matter.
   */
  noteTold(user: string, told?: boolean): Promise<boolean>;
  /**
   * Notes that this process still owes news of `owed`, and returns the users of whom nobody has told for `ageMs`, since
   * whoever changed them died: each to exactly one caller in the cluster, which owes them from now on.
   */
  claimUntold(owed: readonly string[], ageMs: number): Promise<string[]>;
  /** Number of users with a live lease. */
  countOnline(): Promise<number>;
  /**
   * Removes the sessions of the own region that no lease stands behind: what a crashed reference process left.
   * For the start of an event service, without announcing anybody (conformance data-79).
   */
  clearUnleased(): Promise<void>;

  /** Rejects while keys cannot be kept. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Redis cannot be reached now. */
export class KeysUnavailableError extends Error {}

/** The part of the port that presence uses, which drivers keep in a file of its own. */
export type Leases = Pick<
  Keys,
  | "openLease"
  | "renewLeases"
  | "closeLease"
  | "shortenLeases"
  | "listOnline"
  | "reapLeases"
  | "reconcileLeases"
  | "noteTold"
  | "claimUntold"
  | "countOnline"
  | "clearUnleased"
>;
