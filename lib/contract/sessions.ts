import { atMost } from "@lib/contract/at-most.ts";
import { optional } from "@lib/contract/parameters.ts";
import { route } from "@lib/contract/route.ts";
import { described } from "@lib/model/described.ts";
import { MFAResponse } from "@lib/model/mfa.ts";
import { ResponseLogin, SessionInfo } from "@lib/model/session.ts";
import { z } from "zod";

/** Longest name of a session: it may tell all about a device, and is listed with all others. */
const NAME_LENGTH_MAX = 1_024;

const sessionName = () => z.string().refine(...atMost(NAME_LENGTH_MAX, "characters"));
const friendlyName = () => optional(sessionName().describe("Friendly name used for the session"));

export const DataLogin = z
  .union([
    z.object({
      email: z.string().describe("Email"),
      password: z.string().describe("Password"),
      friendly_name: friendlyName(),
    }),
    z.object({
      mfa_ticket: z.string().describe("Unvalidated or authorised MFA ticket\n\nUsed to resolve the correct account"),
      mfa_response: optional(
        described(
          MFAResponse,
          "Valid MFA response\n\nThis will take precedence over the `password` field where applicable",
        ),
      ),
      friendly_name: friendlyName(),
    }),
  ])
  .meta({ id: "DataLogin", title: "Login Data" });
export type DataLogin = z.output<typeof DataLogin>;

export const DataEditSession = z
  .object({ friendly_name: sessionName().describe("Session friendly name") })
  .meta({ id: "DataEditSession", title: "Edit Data" });

const ofSession = z.object({ id: z.string() });

export const login = route({
  id: "login_login",
  method: "post",
  path: "/auth/session/login",
  tag: "Session",
  summary: "Login",
  description: "Login to an account.",
  guards: ["network-limit"],
  body: DataLogin,
  success: { status: 200, schema: ResponseLogin },
  errors: [
    "InvalidCredentials",
    "UnverifiedAccount",
    "ShortPassword",
    "CompromisedPassword",
    "LockedOut",
    "InvalidToken",
    "UnknownUser",
    "DisallowedMFAMethod",
  ],
});

export const logout = route({
  id: "logout_logout",
  method: "post",
  path: "/auth/session/logout",
  tag: "Session",
  summary: "Logout",
  description: "Delete current session.",
  guards: ["session"],
  success: { status: 204 },
  errors: [],
});

export const fetchSessions = route({
  id: "fetch_all_fetch_all",
  method: "get",
  path: "/auth/session/all",
  tag: "Session",
  summary: "Fetch Sessions",
  description: "Fetch all sessions associated with this account.",
  guards: ["session"],
  success: { status: 200, schema: z.array(SessionInfo) },
  errors: [],
});

export const revokeAllSessions = route({
  id: "revoke_all_revoke_all",
  method: "delete",
  path: "/auth/session/all",
  tag: "Session",
  summary: "Delete All Sessions",
  description: "Delete all active sessions, optionally including current one.",
  guards: ["validated-ticket", "session", "account"],
  query: z.object({ revoke_self: z.boolean().nullish() }),
  success: { status: 204 },
  errors: [],
});

export const revokeSession = route({
  id: "revoke_revoke",
  method: "delete",
  path: "/auth/session/{id}",
  tag: "Session",
  summary: "Revoke Session",
  description: "Delete a specific active session.",
  guards: ["validated-ticket", "session"],
  params: ofSession,
  success: { status: 204 },
  errors: ["UnknownUser", "InvalidToken"],
});

export const editSession = route({
  id: "edit_edit",
  method: "patch",
  path: "/auth/session/{id}",
  tag: "Session",
  summary: "Edit Session",
  description: "Edit current session information.",
  guards: ["session"],
  params: ofSession,
  body: DataEditSession,
  success: { status: 200, schema: SessionInfo },
  errors: ["UnknownUser", "InvalidSession"],
});
