import type { BusLog } from "@lib/bus/deliver.ts";
import { pause } from "@lib/telemetry/backoff.ts";
import { LATE, within } from "@lib/telemetry/within.ts";

/** Where it is noted, to outlast this process, that it holds events which the broker does not have. */
export type Unpublished = {
  /** Makes the note, or renews it. */
  note(): Promise<void>;
  /** Removes the note. */
  clear(): Promise<void>;
};

/** How often the note is renewed, and how long somebody waits for it. */
export type UnpublishedNoteOptions = { log: BusLog; renewMs: number; timeoutMs: number };

/** The note of one process. */
export type UnpublishedNote = {
  /**
   * Events are held from now on. Resolves when that is noted, once for all who ask; never rejects, and not late either:
   * what the database does not take is logged, and tried again for a later event and with each renewal.
   */
  hold(): Promise<void>;
  /** The broker has all of them. */
  release(): void;
  /** Renews the note no more: it stays if events are held, and is gone otherwise. */
  end(): Promise<void>;
};

/**
 * Keeps the note while events are held. One loop does all the writing, one after the other, so that a removal never
 * overtakes the note that follows it.
 */
export function unpublishedNote(
  { note, clear }: Unpublished,
  { log, renewMs, timeoutMs }: UnpublishedNoteOptions,
): UnpublishedNote {
  let isHeld = false;
  /** Whether there may be a note. */
  let isNoted = false;
  let isEnded = false;
  /** What those wait for who hold; null when the note has to be written before they may go on. */
  let noted: PromiseWithResolvers<void> | null = null;
  let changed = new AbortController();
  let keeping: Promise<void> | null = null;
  let isFailureTold = false;

  async function keep(): Promise<void> {
    while (!isEnded && (isHeld || isNoted)) {
      changed = new AbortController();
      await (isHeld ? write() : remove());
      if (isHeld || isNoted) await pause(renewMs, changed.signal);
    }
    keeping = null;
  }

  async function write(): Promise<void> {
    isNoted = true;
    try {
      await note();
      isFailureTold = false;
      noted?.resolve();
    } catch (error) {
      tellFailure("it could not be noted that events wait for Redis: they are lost unseen if the process ends", error);
      noted?.resolve();
      noted = null;
    }
  }

  async function remove(): Promise<void> {
    try {
      await clear();
      isFailureTold = false;
      isNoted = false;
    } catch (error) {
      tellFailure("the note that events wait for Redis could not be removed: they may be taken for lost", error);
    }
  }

  function tellFailure(message: string, error: unknown): void {
    if (isFailureTold) return;
    isFailureTold = true;
    log.warn(message, { error });
  }

  /** Lets nobody wait longer for a database that does not answer. */
  async function resolveInTime({ promise, resolve }: PromiseWithResolvers<void>): Promise<void> {
    if ((await within(timeoutMs, promise)) !== LATE) return;
    tellFailure("it takes long to note that events wait for Redis", new Error(`no answer within ${timeoutMs} ms`));
    resolve();
  }

  return {
    async hold() {
      if (isEnded) return;
      if (!noted) {
        isHeld = true;
        noted = Promise.withResolvers();
        void resolveInTime(noted);
        changed.abort();
        keeping ??= keep();
      }
      await noted.promise;
    },
    release() {
      if (!isHeld) return;
      isHeld = false;
      noted?.resolve();
      noted = null;
      changed.abort();
    },
    async end() {
      isEnded = true;
      changed.abort();
      await within(timeoutMs, keeping ?? Promise.resolve());
      if (isNoted && !isHeld) await within(timeoutMs, remove());
    },
  };
}
