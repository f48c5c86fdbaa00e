import { expect, test } from "bun:test";
import { type Unpublished, unpublishedNote } from "@lib/bus/unpublished-note.ts";
import { eventually } from "@tests/harness/eventually.ts";

const NEVER_MS = 60_000;

/** A note over a database that does what a test says, and what was asked of that. */
function given({ renewMs = NEVER_MS, timeoutMs = NEVER_MS }: { renewMs?: number; timeoutMs?: number } = {}) {
  const asked: (keyof Unpublished)[] = [];
  const told: string[] = [];
  const database: Unpublished = { note: async () => {}, clear: async () => {} };
  const ask = (name: keyof Unpublished) => () => {
    asked.push(name);
    return database[name]();
  };
  const log = { warn: (message: string) => void told.push(message) };
  const note = unpublishedNote({ note: ask("note"), clear: ask("clear") }, { log, renewMs, timeoutMs });
  return { note, asked, told, database };
}

const failing = async (): Promise<void> => {
  throw new Error("the database is away");
};
const hanging = () => new Promise<void>(() => {});

test("P2: everybody who holds events waits for the same note, and later ones for none", async () => {
  const { note, asked, database } = given();
  const { promise, resolve } = Promise.withResolvers<void>();
  database.note = () => promise;
  let resolved = 0;

  const held = [note.hold(), note.hold()].map((hold) => hold.then(() => void resolved++));
  await eventually(() => asked.length > 0);
  expect(resolved).toBe(0);
  resolve();
  await Promise.all(held);
  await note.hold();

  expect(asked).toEqual(["note"]);
  await note.end();
});

test("P2: the note is renewed while events are held, and removed when they are not", async () => {
  const { note, asked } = given({ renewMs: 1 });

  await note.hold();
  await eventually(() => asked.length >= 5);
  expect(asked).not.toContain("clear");
  note.release();

  await eventually(() => asked.at(-1) === "clear");
  await note.end();
  expect(asked.filter((name) => name === "clear").length).toBe(1);
});

test("P2: a note that is still being written when the events are gone is removed after that", async () => {
  const { note, asked, database } = given();
  const { promise, resolve } = Promise.withResolvers<void>();
  database.note = () => promise;

  const held = note.hold();
  note.release();
  await held;
  expect(asked).toEqual(["note"]);
  resolve();

  await eventually(() => asked.length === 2);
  expect(asked).toEqual(["note", "clear"]);
});

test("P2: events that are held while the note of earlier ones is being removed are noted after that", async () => {
  const { note, asked, database } = given();
  const { promise, resolve } = Promise.withResolvers<void>();
  database.clear = () => promise;
  await note.hold();
  note.release();
  await eventually(() => asked.includes("clear"));
  let isNoted = false;

  const held = note.hold().then(() => (isNoted = true));
  expect(asked).toEqual(["note", "clear"]);
  expect(isNoted).toBe(false);
  resolve();
  await held;

  expect(asked).toEqual(["note", "clear", "note"]);
  await note.end();
});

test("P2: a note that cannot be written is told about once, and tried again for a later event", async () => {
  const { note, asked, told, database } = given();
  database.note = failing;

  await note.hold();
  await note.hold();
  expect(asked).toEqual(["note", "note"]);
  expect(told).toEqual([expect.stringContaining("could not be noted")]);
  database.note = async () => {};
  await note.hold();
  await note.hold();

  expect(asked).toEqual(["note", "note", "note"]);
  await note.end();
});

test("P2: a note that could not be written is tried again without a later event", async () => {
  const { note, asked, database } = given({ renewMs: 1 });
  database.note = failing;

  await note.hold();

  await eventually(() => asked.length >= 3);
  await note.end();
});

test("P2: a database that does not answer keeps those who hold for a bounded time, and later ones not at all", async () => {
  const { note, asked, told, database } = given({ timeoutMs: 20 });
  database.note = hanging;

  await note.hold();
  expect(told).toEqual([expect.stringContaining("it takes long")]);
  const startedMs = performance.now();
  for (let event = 0; event < 100; event++) await note.hold();

  expect(performance.now() - startedMs).toBeLessThan(1_000); // a hundred waits are two seconds
  expect([asked, told.length]).toEqual([["note"], 1]);
  await note.end();
});

test("P2: at the end the note of events that are held stays, and that of others is gone", async () => {
  const [kept, cleared] = [given(), given()];
  for (const { note } of [kept, cleared]) await note.hold();

  cleared.note.release();
  await Promise.all([kept.note.end(), cleared.note.end()]);
  for (const { note } of [kept, cleared]) await note.hold();

  expect(kept.asked).toEqual(["note"]);
  expect(cleared.asked).toEqual(["note", "clear"]);
});

test("P2: a note that could not be removed is told about once and removed later", async () => {
  const { note, asked, told, database } = given({ renewMs: 1 });
  database.clear = failing;
  await note.hold();

  note.release();
  await eventually(() => asked.length >= 4);
  expect(told).toEqual([expect.stringContaining("could not be removed")]);
  database.clear = async () => {};
  const before = asked.length;
  await eventually(() => asked.length > before);
  await note.end();

  expect(asked.filter((name) => name === "note").length).toBe(1);
});
