/** Work of one process that is done one after the other for each key, and side by side for different ones. */
export type Turns = {
  /** Begins the work after all that was begun for the key before; resolves at its end, also when it fails. */
  take(key: string, work: () => Promise<void>): Promise<void>;
  /** Resolves when everything begun so far is done. */
  settle(): Promise<void>;
};

/** Opens turns. `onFailure` is told why the work for a key failed. */
export function createTurns(onFailure: (key: string, error: unknown) => void): Turns {
  const last = new Map<string, Promise<void>>();
  return {
    async take(key, work) {
      const turn = (last.get(key) ?? Promise.resolve()).then(work).catch((error) => onFailure(key, error));
      last.set(key, turn);
      await turn;
      if (last.get(key) === turn) last.delete(key);
    },
    settle: async () => void (await Promise.all(last.values())),
  };
}
