import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { exclusively, pairName } from "@lib/domain/exclusive.ts";
import { publish } from "@lib/domain/publish.ts";
import { type RelationshipAction, transition } from "@lib/domain/relationships/transition.ts";
import { viewKnownUsers, viewUserFor } from "@lib/domain/users/view-users.ts";
import { fail } from "@lib/error/fail.ts";
import type { Publication } from "@lib/event/event.ts";
import { userRelationship } from "@lib/event/user-events.ts";
import { ulidTime } from "@lib/model/ids.ts";
import type { UserDocument } from "@lib/model/stored/user.ts";
import type { RelationshipStatus, User } from "@lib/model/user.ts";
import { relationshipWith } from "@lib/permission/user-permissions.ts";
import { limitsFor } from "@lib/settings/limits.ts";

type RelationDeps = Pick<Deps, "store" | "bus" | "keys" | "settings" | "clock" | "ids">;

/**
 * Changes how the actor and another user stand to each other and tells both; resolves to the other as the actor sees
 * them then (conformance users-35 to users-43, data-32). Actions of both at once take turns, so the two sides always
 * fit together (P13), and so do the requests of one user, so that their limit holds (P24).
 */
export async function changeRelationship(
  deps: RelationDeps,
  actor: Actor,
  target: Pick<UserDocument, "_id">,
  action: RelationshipAction,
): Promise<User> {
  const change = () =>
    exclusively(deps, `relationship:${pairName(actor.id, target._id)}`, () =>
      changeOfPair(deps, [actor.id, target._id], action),
    );
  // Nobody waits for their requests while they hold a pair, so this order cannot end in a deadlock.
  return action === "add" ? exclusively(deps, `requests:${actor.id}`, change) : change();
}

async function changeOfPair(
  deps: RelationDeps,
  [selfId, otherId]: readonly [string, string],
  action: RelationshipAction,
): Promise<User> {
  const [self, other] = await read(deps, selfId, otherId);
  const next = transition(action, { ours: entryOf(self, other), theirs: entryOf(other, self) });
  if (next.ours === "Outgoing") requireRequestRoom(deps, self);
  await write(deps, other._id, self._id, next.theirs);
  await write(deps, self._id, other._id, next.ours);
  return announce(deps, await read(deps, self._id, other._id));
}

/** Who acts on a bot has no say over it here: a relation is one's own entry, or none. */
function entryOf(perspective: UserDocument, target: UserDocument): RelationshipStatus {
  return relationshipWith(perspective, { _id: target._id });
}

async function read({ store }: RelationDeps, selfId: string, otherId: string): Promise<[UserDocument, UserDocument]> {
  const [self, other] = await Promise.all([store.users.get(selfId), store.users.get(otherId)]);
  return self && other ? [self, other] : fail("NotFound");
}

function requireRequestRoom({ settings, clock }: RelationDeps, { _id, relations = [] }: UserDocument): void {
  const max = limitsFor(settings, ulidTime(_id), clock.now()).outgoing_friend_requests;
  const pending = relations.filter(({ status }) => status === "Outgoing").length;
  if (pending >= max) fail("TooManyPendingFriendRequests", { max });
}

async function write({ store }: RelationDeps, id: string, targetId: string, status: RelationshipStatus): Promise<void> {
  if (status === "None" || status === "User") await store.users.clearRelationship(id, targetId);
  else await store.users.setRelationship(id, targetId, status);
}

/** Announcements in a row, for those who change or come and go all the time. */
const ANNOUNCEMENTS_MAX = 5;

/**
 * Tells both of the other, and again of who changed meanwhile: whoever had nothing to do with somebody until then was
 * not told of that change (P4).
 */
async function announce(deps: RelationDeps, pair: readonly [UserDocument, UserDocument]): Promise<User> {
  let [self, other] = pair;
  let told: Publication[] = [];
  for (let times = 0; times < ANNOUNCEMENTS_MAX; times++) {
    const current = await describe(deps, [self, other]);
    if (Bun.deepEquals(current, told)) break;
    await publish(deps, ...current);
    told = current;
    [self, other] = await read(deps, self._id, other._id);
  }
  return viewUserFor(deps, self, other);
}

/** What connections learn of the other. */
async function describe(deps: RelationDeps, [self, other]: [UserDocument, UserDocument]): Promise<Publication[]> {
  const [selfSeen, otherSeen] = await Promise.all([seenBy(deps, other, self), seenBy(deps, self, other)]);
  return [userRelationship({ id: other._id, user: selfSeen }), userRelationship({ id: self._id, user: otherSeen })];
}

/**
 * Somebody as `Ready` would show them (P4), which is more than one may ask for of a stranger. Without a relation `Ready`
 * shows them for a conversation at most, and then what may be asked for is the same; else nothing more than that is told.
 */
async function seenBy(deps: RelationDeps, viewer: UserDocument, user: UserDocument): Promise<User> {
  if (entryOf(viewer, user) === "None") return viewUserFor(deps, viewer, user);
  const [seen] = await viewKnownUsers(deps, viewer, [user]);
  if (!seen) throw new Error("a view was asked for");
  return seen;
}
