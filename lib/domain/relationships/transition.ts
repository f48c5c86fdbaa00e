import { fail } from "@lib/error/fail.ts";
import type { RelationshipStatus } from "@lib/model/user.ts";

/** What one user does to how they stand to another. */
export type RelationshipAction = "add" | "remove" | "block" | "unblock";

/** How two users stand to each other, from the side of the one who acts. */
export type Standing = { ours: RelationshipStatus; theirs: RelationshipStatus };

const NONE: Standing = { ours: "None", theirs: "None" };

/** How two users stand after an action; fails when it is not possible or changes nothing (conformance users-37 to users-41). */
export function transition(action: RelationshipAction, now: Standing): Standing {
  if (now.ours === "User") fail("NoEffect");
  switch (action) {
    case "add":
      return add(now);
    case "remove":
      return ["Friend", "Outgoing", "Incoming"].includes(now.ours) ? NONE : fail("NoEffect");
    case "block":
      return block(now);
    case "unblock":
      if (now.ours !== "Blocked") fail("NoEffect");
      return now.theirs === "Blocked" ? { ours: "BlockedOther", theirs: "Blocked" } : NONE;
  }
}

function add({ ours }: Standing): Standing {
  switch (ours) {
    case "None":
      return { ours: "Outgoing", theirs: "Incoming" };
    case "Incoming":
      return { ours: "Friend", theirs: "Friend" };
    case "Outgoing":
      return fail("AlreadySentRequest");
    case "Friend":
      return fail("AlreadyFriends");
    case "Blocked":
      return fail("Blocked");
    case "BlockedOther":
      return fail("BlockedByOther");
    case "User":
      return fail("NoEffect");
  }
}

function block({ ours }: Standing): Standing {
  if (ours === "Blocked") fail("NoEffect");
  return { ours: "Blocked", theirs: ours === "BlockedOther" ? "Blocked" : "BlockedOther" };
}
