import { expect, test } from "bun:test";
import { ulidTime } from "@lib/model/ids.ts";
import type { StoredRelationshipStatus } from "@lib/model/stored/user.ts";
import { viewKnownUser, viewOwnUser, viewPartialUser, viewStaticUser, viewUser } from "@lib/model/view/user.ts";
import { storedFile, storedUser } from "@tests/harness/stored-documents.ts";

const ALICE = "01HZX0000000000000000000AA";
const status = { text: "hello", presence: "Busy" } as const;
const alice = storedUser(ALICE, { status, relations: [{ _id: "bob", status: "Friend" }], profile: { content: "x" } });
const related = (as: StoredRelationshipStatus) => storedUser("bob", { relations: [{ _id: ALICE, status: as }] });
const stranger = storedUser("bob");

test("data-74: a stranger sees neither presence nor status, somebody with a connection sees both", () => {
  const hidden = viewUser(alice, { viewer: stranger, canSeeProfile: false, online: true });
  expect(hidden).toEqual({
    _id: ALICE,
    username: `name-${ALICE}`,
    discriminator: "0042",
    relationship: "None",
    online: false,
  });
  const seen = viewUser(alice, { viewer: stranger, canSeeProfile: true, online: true });
  expect(seen).toEqual({ ...hidden, status, online: true });
  expect(viewUser(alice, { viewer: null, canSeeProfile: true, online: true })).toEqual(hidden);
});

test("in lists of acquaintances everybody is seen but those who blocked the viewer", () => {
  const view = (as: StoredRelationshipStatus) => viewKnownUser(alice, { viewer: related(as), online: true });
  expect(view("Blocked")).toMatchObject({ relationship: "Blocked", online: true, status });
  expect(view("BlockedOther")).toMatchObject({ relationship: "BlockedOther", online: false });
  expect(view("BlockedOther")).not.toHaveProperty("status");
  expect(viewKnownUser(alice, { viewer: alice, online: true })).toMatchObject({ relationship: "User" });
});

test("data-75: invisible users are offline to everybody, and nothing says that they are invisible", () => {
  const invisible = storedUser(ALICE, { status: { text: "hello", presence: "Invisible" } });
  const views = [
    viewOwnUser(invisible, { online: true }),
    viewStaticUser(invisible, { online: true }),
    viewUser(invisible, { viewer: related("Friend"), canSeeProfile: true, online: true }),
    viewKnownUser(invisible, { viewer: related("Friend"), online: true }),
  ];
  for (const view of views) expect(view).toMatchObject({ online: false, status: { text: "hello" } });
  expect(JSON.stringify(views)).not.toContain("Invisible");
  const silent = storedUser(ALICE, { status: { presence: "Invisible" } });
  expect(viewOwnUser(silent, { online: true })).not.toHaveProperty("status");
});

test("data-76: relations are shown to oneself only, badges and flags only when there are any", () => {
  const own = viewUser(alice, { viewer: alice, canSeeProfile: false, online: true });
  expect(own).toMatchObject({ relationship: "User", online: true, relations: [{ _id: "bob", status: "Friend" }] });
  for (const view of [
    viewUser(alice, { viewer: related("Friend"), canSeeProfile: true, online: true }),
    viewKnownUser(alice, { viewer: alice, online: true }),
    viewStaticUser(alice, { online: true }),
  ]) {
    expect(view).not.toHaveProperty("relations");
  }
  const plain = viewOwnUser(storedUser(ALICE, { badges: 0, flags: 0, relations: [] }), { online: false });
  expect(Object.keys(plain).toSorted()).toEqual(["_id", "discriminator", "online", "relationship", "username"]);
});

test("data-77: a bot is no relation of anybody, and everybody sees its status", () => {
  const bot = storedUser(ALICE, { bot: { owner: "bob" }, status });
  const expected = { relationship: "None", online: true, status, bot: { owner: "bob" } };
  expect(viewUser(bot, { viewer: related("Friend"), canSeeProfile: false, online: true })).toMatchObject(expected);
  expect(viewUser(bot, { viewer: null, canSeeProfile: false, online: true })).toMatchObject(expected);
  expect(viewKnownUser(bot, { viewer: null, online: true })).toMatchObject(expected);
});

test("early adopters have their badge once, whether it is stored or not", () => {
  const earlyAdopterCutoffMs = ulidTime(ALICE) + 1;
  const badges = (stored: number, cutoff: number): number | undefined =>
    viewStaticUser(storedUser(ALICE, { badges: stored }), { online: false, earlyAdopterCutoffMs: cutoff }).badges;
  expect(badges(1, earlyAdopterCutoffMs)).toBe(257);
  expect(badges(257, earlyAdopterCutoffMs)).toBe(257);
  expect(badges(1, earlyAdopterCutoffMs - 1)).toBe(1);
});

test("badges and flags are stored signed and shown unsigned, in events, too", () => {
  const every = { badges: 0xffff_ffff, flags: 0xffff_ffff };
  const stored = { badges: -1, flags: -1 };
  expect(viewStaticUser(storedUser(ALICE, stored), { online: false })).toMatchObject(every);
  expect(viewPartialUser(stored)).toEqual(every);
  const early = { online: false, earlyAdopterCutoffMs: ulidTime(ALICE) + 1 };
  expect(viewStaticUser(storedUser(ALICE, { badges: -(2 ** 31) }), early).badges).toBe(0x8000_0100);
});

test("what only the platform knows of a user is in no view", () => {
  const suspended = storedUser(ALICE, { suspended_until: 5, profile: { content: "x", background: storedFile("f") } });
  const text = JSON.stringify([viewOwnUser(suspended, { online: true }), viewPartialUser(suspended)]);
  for (const field of ["suspended_until", "last_acknowledged_policy_change", "profile"])
    expect(text).not.toContain(field);
  const update = viewPartialUser({ status: { text: "hello", presence: "Invisible" }, flags: 0 });
  expect(update).toEqual({ status: { text: "hello" }, flags: 0 });
});
