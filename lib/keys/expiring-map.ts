/** Live entries looked at per write; two make garbage disappear faster than it can be produced. */
const SWEPT_PER_WRITE = 2;

/**
 * A map whose entries end at a time of their own. Bounded without a timer per key: each write looks at the next two
 * entries and drops expired ones, and the least recently used entry makes room when the map is full.
 */
export class ExpiringMap<V> {
  readonly #entries = new Map<string, { value: V; expiresAt: number }>();
  readonly #now: () => number;
  readonly #entriesMax: number;
  #cursor = this.#entries.entries();

  constructor(now: () => number, entriesMax: number) {
    this.#now = now;
    this.#entriesMax = entriesMax;
  }

  /** Entries held, expired ones that were not met yet included. */
  get size(): number {
    return this.#entries.size;
  }

  get(key: string): V | undefined {
    return this.#getLive(key)?.value;
  }

  /** Milliseconds left, null when missing. */
  ttl(key: string): number | null {
    const entry = this.#getLive(key);
    return entry ? entry.expiresAt - this.#now() : null;
  }

  set(key: string, value: V, ttlMs: number): void {
    this.#entries.delete(key);
    this.#sweep();
    if (this.#entries.size >= this.#entriesMax) this.#dropOldest();
    this.#entries.set(key, { value, expiresAt: this.#now() + ttlMs });
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  /** A key lives through the millisecond of its end, as in Redis and in the reference's rate limits. */
  #getLive(key: string): { value: V; expiresAt: number } | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    if (entry.expiresAt < this.#now()) return undefined;
    this.#entries.set(key, entry);
    return entry;
  }

  #sweep(): void {
    for (let looked = 0; looked < SWEPT_PER_WRITE; looked++) {
      const next = this.#cursor.next();
      if (next.done) {
        this.#cursor = this.#entries.entries();
        return;
      }
      const [key, { expiresAt }] = next.value;
      if (expiresAt < this.#now()) this.#entries.delete(key);
    }
  }

  #dropOldest(): void {
    const oldest = this.#entries.keys().next();
    if (!oldest.done) this.#entries.delete(oldest.value);
  }
}
