import { event } from "@lib/event/event.ts";
import { GLOBAL_TOPIC, privateTopic } from "@lib/event/topic.ts";
import { AccountInfo } from "@lib/model/account.ts";
import { Report } from "@lib/model/report.ts";
import { SessionInfo } from "@lib/model/session.ts";
import { z } from "zod";

/** A session ended: its connections are logged out, the user's other sessions are told. */
export const deleteSession = event("DeleteSession", z.object({ user_id: z.string(), session_id: z.string() }), {
  changes: "view",
  topics: ({ user_id }) => [privateTopic(user_id)],
});

/** All sessions of a user ended, but the excluded one. */
export const deleteAllSessions = event(
  "DeleteAllSessions",
  z.object({ user_id: z.string(), exclude_session_id: z.string().nullable() }),
  { changes: "view", topics: ({ user_id }) => [privateTopic(user_id)] },
);

/** All connections of a user or bot end. Published when a bot's token is reset or the bot is deleted. */
export const logout = event("Logout", z.object({}), {
  changes: "view",
  topics: (_, userId: string) => [privateTopic(userId)],
});

/** An account was created. Internal, and without its secrets (conformance events-75). */
export const createAccount = event("CreateAccount", z.object({ account: AccountInfo }), {
  changes: "nothing",
  topics: () => [GLOBAL_TOPIC],
});

/** Somebody logged in. Internal, and without the token (conformance events-75). */
export const createSession = event(
  "CreateSession",
  z.object({ session: SessionInfo.extend({ user_id: z.string() }) }),
  { changes: "nothing", topics: () => [GLOBAL_TOPIC] },
);

/** A report was filed. Internal (conformance events-75). */
export const reportCreate = event("ReportCreate", Report, {
  changes: "nothing",
  topics: () => [GLOBAL_TOPIC],
});
