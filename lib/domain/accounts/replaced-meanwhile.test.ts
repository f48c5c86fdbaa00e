/** Who proves themself by a password that is replaced at that moment has proven nothing (P26). */
import { describe, expect, test } from "bun:test";
import { changeEmail } from "@lib/domain/accounts/change-email.ts";
import { changePassword } from "@lib/domain/accounts/change-password.ts";
import { verifyPassword } from "@lib/domain/accounts/password-hash.ts";
import { resetPassword } from "@lib/domain/accounts/reset-password.ts";
import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { createTicket } from "@lib/domain/mfa/create-ticket.ts";
import { login } from "@lib/domain/sessions/login.ts";
import { changeUsername } from "@lib/domain/users/change-username.ts";
import { collections } from "@lib/store/collections.ts";
import { newEmail } from "@tests/harness/account-steps.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { interleave } from "@tests/harness/interleave.ts";
import { type Profile, profiles } from "@tests/harness/profiles.ts";
import { testApi } from "@tests/harness/test-api.ts";

const NEW_PASSWORD = "another passphrase 8";

/** Somebody who has asked for a link to reset their password, and what others do who know the old one. */
async function scene(profile: Profile, mailHost = "") {
  const api = await testApi({ profile });
  const { id, email, password } = await api.register();
  const { store, ids, clock } = api.deps;
  const token = ids.nanoid(32);
  const asked = await store.accounts.update(id, { password_reset: { token, expiry: clock.now() + 60_000 } });
  const user = await store.users.get(id);
  if (!asked || !user) throw new Error("they were registered");
  api.deps.settings.api.smtp.host = mailHost; // only now, so that they need not verify their address
  const claimant = { account: asked, ticket: null };
  const actor: Actor = { id, user, bot: false, sessionId: "" };
  const change = (deps: Deps, to: string) =>
    changePassword(deps, claimant, { password: to, current_password: password });
  return {
    deps: api.deps,
    change: () => change(api.deps, NEW_PASSWORD),
    reset: () => resetPassword(api.deps, { token, password: NEW_PASSWORD, remove_sessions: true }),
    enableTotp: async () => {
      await store.accounts.setPendingTotp(id, "SECRET");
      await store.accounts.enableTotp(id, "SECRET");
    },
    acts: {
      "change the password": (deps: Deps) => change(deps, "a thief's passphrase"),
      "change the address": (deps: Deps) =>
        changeEmail(deps, claimant, { email: newEmail(), current_password: password }),
      "change the name": (deps: Deps) => changeUsername(deps, actor, asked, { username: "anotherName", password }),
      "get a ticket": (deps: Deps) => createTicket(deps, { account: asked, unvalidatedTicket: null }, { password }),
      "log in": (deps: Deps) => login(deps, { email, password }),
    },
    async stored() {
      const account = await store.accounts.get(id);
      const tickets = await api.drivers.database.collection(collections.mfaTickets).find({ account_id: id });
      return {
        hasNewPassword: await verifyPassword(account?.password ?? "", NEW_PASSWORD),
        isSameAddress: account?.email === email && account.verification.status === "Verified",
        isSameName: (await store.users.get(id))?.username === user.username,
        wrongGuesses: account?.lockout?.attempts ?? 0,
        tickets: tickets.length,
        sessions: (await store.sessions.listByUser(id)).length,
      };
    },
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

const RESET = {
  hasNewPassword: true,
  isSameAddress: true,
  isSameName: true,
  wrongGuesses: 0,
  tickets: 0,
  sessions: 0,
} as const;

const acts = ["change the password", "change the address", "change the name", "get a ticket", "log in"] as const;

describe.each(profiles)("passwords that are replaced meanwhile on $name", (profile) => {
  test.each(acts)("P26: 401 where a password is reset while the old one is compared: %s", async (what) => {
    await using s = await scene(profile);
    // A login looks for the account by its address first, all others have it already.
    const deps = interleave(s.deps, { repository: "accounts", method: "get", when: "before", work: s.reset });

    expect(await errorOf(s.acts[what](deps))).toMatchObject({ type: "InvalidCredentials" });

    expect(await s.stored()).toEqual(RESET);
  });

  test.each([
    ["change the password", "without mail", ""],
    ["change the address", "without mail", ""],
    ["change the address", "by mail", "mail.test"],
  ] as const)("P26: 401 where a password is reset before this is written: %s, %s", async (what, _, mailHost) => {
    await using s = await scene(profile, mailHost);
    const work = s.reset;
    const deps = interleave(s.deps, { repository: "accounts", method: "updateIfPassword", when: "before", work });

    expect(await errorOf(s.acts[what](deps))).toMatchObject({ type: "InvalidCredentials" });

    expect(await s.stored()).toEqual(RESET);
  });

  test("P26: of two who change the same password at once one succeeds", async () => {
    await using s = await scene(profile);
    const work = s.change;
    const deps = interleave(s.deps, { repository: "accounts", method: "updateIfPassword", when: "before", work });

    expect(await errorOf(s.acts["change the password"](deps))).toMatchObject({ type: "InvalidCredentials" });

    expect((await s.stored()).hasNewPassword).toBe(true);
  });

  test.each(["get a ticket", "log in"] as const)(
    "P26: no ticket that the old password gave outlives a reset: %s",
    async (what) => {
      await using s = await scene(profile);
      if (what === "log in") await s.enableTotp();
      const deps = interleave(s.deps, { repository: "mfaTickets", method: "insert", when: "before", work: s.reset });

      expect(await errorOf(s.acts[what](deps))).toMatchObject({ type: "InvalidCredentials" });

      expect(await s.stored()).toEqual(RESET);
    },
  );

  test("P26: no session that the old password gave outlives a reset", async () => {
    await using s = await scene(profile);
    const deps = interleave(s.deps, { repository: "sessions", method: "insert", when: "before", work: s.reset });

    expect(await errorOf(s.acts["log in"](deps))).toMatchObject({ type: "InvalidCredentials" });

    expect(await s.stored()).toEqual(RESET);
  });
});
