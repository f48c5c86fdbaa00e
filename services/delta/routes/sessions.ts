import * as contract from "@lib/contract/sessions.ts";
import { editSession } from "@lib/domain/sessions/edit-session.ts";
import { endAllSessions } from "@lib/domain/sessions/end-all-sessions.ts";
import { endSession, revokeSession } from "@lib/domain/sessions/end-session.ts";
import { listSessions } from "@lib/domain/sessions/list-sessions.ts";
import { login } from "@lib/domain/sessions/login.ts";
import { implement } from "@lib/rpc/implement.ts";

/** Logging in and out. */
export const sessions = [
  implement(contract.login, ({ deps, body }) => login(deps, body)),
  implement(contract.logout, ({ deps, session }) => endSession(deps, session)),
  implement(contract.fetchSessions, ({ deps, session }) => listSessions(deps, session.user_id)),
  implement(contract.revokeAllSessions, ({ deps, account, session, query }) =>
    endAllSessions(deps, account._id, query.revoke_self ? undefined : session._id),
  ),
  implement(contract.revokeSession, ({ deps, session, params }) => revokeSession(deps, session.user_id, params)),
  implement(contract.editSession, ({ deps, session, params, body }) =>
    editSession(deps, session.user_id, { ...params, ...body }),
  ),
];
