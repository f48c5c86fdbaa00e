import { DataEditBot } from "@lib/contract/bots.ts";
import { DataEditChannel } from "@lib/contract/channels.ts";
import { DataMemberEdit } from "@lib/contract/members.ts";
import { DataEditRole } from "@lib/contract/roles.ts";
import { DataEditServer } from "@lib/contract/servers.ts";
import { DataEditUser } from "@lib/contract/users.ts";
import { isShapeIssue } from "@lib/model/is-shape-issue.ts";
import { expect, test } from "bun:test";

test.each([
  ["a bot", DataEditBot, "InteractionsURL"],
  ["a channel", DataEditChannel, "Icon"],
  ["a member", DataMemberEdit, "Nickname"],
  ["a role", DataEditRole, "Colour"],
  ["a server", DataEditServer, "Icon"],
  ["a user", DataEditUser, "Avatar"],
] as const)("an edit of %s breaks a constraint with more than 64 fields to remove", (_, schema, field) => {
  const remove = (times: number) => schema.safeParse({ remove: Array.from({ length: times }, () => field) });
  expect(remove(64).success).toBe(true);
  expect(remove(65).error?.issues.map((issue) => [issue.path, isShapeIssue(issue)])).toEqual([[["remove"], false]]);
});
