import { describe, expect, test } from "bun:test";
import { DuplicateKeyError } from "@lib/store/database.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { openTestStore } from "@tests/harness/open-test-store.ts";
import { storedAccount } from "@tests/harness/stored-documents.ts";
import { storesUnderTest } from "@tests/harness/stores.ts";

const NOW_MS = 1_700_000_000_000;

describe.each(storesUnderTest())("accounts on $name", (driver) => {
  test("data-21: a new account holds null for what is unset, and no second factor", async () => {
    await using store = await openTestStore(driver);
    await store.accounts.insert(storedAccount("a"));
    const raw = await store.raw("accounts").findOne({ _id: "a" });
    expect(raw).toMatchObject({ password_reset: null, deletion: null, lockout: null, mfa: {} });
    expect(Reflect.get(Object(raw), "mfa")).toEqual({});
    expect(await store.accounts.get("a")).toEqual(storedAccount("a"));
  });

  test("data-4: an e-mail address belongs to one account, in any case", async () => {
    await using store = await openTestStore(driver);
    const { collation } = await driver.features();
    await store.accounts.insert(storedAccount("a", { email_normalised: "me@example.org" }));
    const other = storedAccount("b", { email_normalised: collation ? "ME@example.org" : "me@example.org" });
    expect(await errorOf(store.accounts.insert(other))).toBeInstanceOf(DuplicateKeyError);
    if (collation) expect((await store.accounts.getByNormalisedEmail("Me@Example.org"))?._id).toBe("a");
  });

  test("data-37: a token is found until it expires", async () => {
    await using store = await openTestStore(driver);
    await store.accounts.insert(
      storedAccount("a", { verification: { status: "Pending", token: "t", expiry: NOW_MS } }),
    );
    expect((await store.accounts.getByToken("verification", "t", NOW_MS))?._id).toBe("a");
    expect(await store.accounts.getByToken("verification", "t", NOW_MS + 1)).toBeNull();
    expect(await store.accounts.getByToken("deletion", "t", NOW_MS)).toBeNull();
  });

  test("a token is claimed once, also by two at once", async () => {
    await using store = await openTestStore(driver);
    await store.accounts.insert(storedAccount("a", { password_reset: { token: "t", expiry: NOW_MS } }));
    const claim = () =>
      store.accounts.claimToken("password_reset", "t", NOW_MS, { password: "new", password_reset: null });
    const claimed = (await Promise.all([claim(), claim()])).filter((account) => account !== null);
    expect(claimed.map(({ password }) => password)).toEqual(["hash"]);
    expect(await store.accounts.get("a")).toEqual(storedAccount("a", { password: "new" }));
  });

  test("data-36: an account is due for deletion from its time on", async () => {
    await using store = await openTestStore(driver);
    await store.accounts.insert(storedAccount("a", { deletion: { status: "Scheduled", after: NOW_MS } }));
    expect(await store.accounts.listDueForDeletion(NOW_MS - 1, 10)).toEqual([]);
    expect((await store.accounts.listDueForDeletion(NOW_MS, 10)).map(({ _id }) => _id)).toEqual(["a"]);
    await store.accounts.markDeleted("a");
    expect(await store.accounts.listDueForDeletion(NOW_MS, 10)).toEqual([]);
    const email = "Deleted User a";
    expect(await store.accounts.get("a")).toMatchObject({
      email,
      email_normalised: email,
      deletion: { status: "Deleted" },
    });
  });

  test("a password is replaced once, also by two at once, and only where it is still the one that was confirmed", async () => {
    await using store = await openTestStore(driver);
    await store.accounts.insert(storedAccount("a", { password: "old" }));
    const replace = (password: string) => store.accounts.updateIfPassword("a", "old", { password });

    const replaced = await Promise.all([replace("one"), replace("two")]);

    expect(replaced.toSorted()).toEqual([false, true]);
    const password = replaced[0] ? "one" : "two";
    expect(await store.accounts.updateIfPassword("a", "old", { email: "x@y.z" })).toBe(false);
    expect(await store.accounts.get("a")).toEqual(storedAccount("a", { password }));
  });

  test("P26: a password reset counts for the address that it was mailed to, not for the next one", async () => {
    await using store = await openTestStore(driver);
    const account = storedAccount("a");
    await store.accounts.insert(account);
    const reset = { token: "t", expiry: NOW_MS };
    await store.accounts.noteReset("a", "earlier@validemail.com", reset);
    expect(await store.accounts.get("a")).toEqual(account);
    await store.accounts.noteReset("a", account.email, reset);
    expect(await store.accounts.get("a")).toEqual({ ...account, password_reset: reset });
  });

  test("wrong guesses at the same time all count: of those who saw the same count one succeeds", async () => {
    await using store = await openTestStore(driver);
    await store.accounts.insert(storedAccount("a"));
    const first = [1, 2, 3].map(() => store.accounts.replaceLockout("a", null, { attempts: 1 }));
    expect((await Promise.all(first)).toSorted()).toEqual([false, false, true]);
    expect(await store.accounts.replaceLockout("a", 1, { attempts: 2, expiry: NOW_MS })).toBe(true);
    expect(await store.accounts.replaceLockout("a", 1, { attempts: 2 })).toBe(false);
    expect((await store.accounts.get("a"))?.lockout).toEqual({ attempts: 2, expiry: NOW_MS });
    expect(await store.accounts.replaceLockout("a", 2, null)).toBe(true);
    expect((await store.accounts.get("a"))?.lockout).toBeUndefined();
  });

  test("one-time codes are put in force only for the secret being set up, and never replaced while in force", async () => {
    await using store = await openTestStore(driver);
    await store.accounts.insert(storedAccount("a", { mfa: { recovery_codes: ["one"] } }));
    expect(await store.accounts.setPendingTotp("a", "OLD")).toBe(true);
    expect(await store.accounts.setPendingTotp("a", "NEW")).toBe(true);
    expect(await store.accounts.enableTotp("a", "OLD")).toBe(false);
    expect(await store.accounts.enableTotp("a", "NEW")).toBe(true);
    expect(await store.accounts.setPendingTotp("a", "OTHER")).toBe(false);
    const { mfa } = (await store.accounts.get("a")) ?? {};
    expect(mfa).toEqual({ totp_token: { status: "Enabled", secret: "NEW" }, recovery_codes: ["one"] });
    await store.accounts.clearTotp("a");
    expect((await store.accounts.get("a"))?.mfa).toEqual({ recovery_codes: ["one"] });
  });

  test("data-43: a recovery code is used once, also by two at once", async () => {
    await using store = await openTestStore(driver);
    await store.accounts.insert(storedAccount("a", { mfa: { recovery_codes: ["one", "two"] } }));
    const uses = await Promise.all([
      store.accounts.useRecoveryCode("a", "one"),
      store.accounts.useRecoveryCode("a", "one"),
    ]);
    expect(uses.toSorted()).toEqual([false, true]);
    expect((await store.accounts.get("a"))?.mfa.recovery_codes).toEqual(["two"]);
  });

  test("second factors are stored only while they are set", async () => {
    await using store = await openTestStore(driver);
    await store.accounts.insert(storedAccount("a"));
    const totp_token = { status: "Enabled", secret: "s" } as const;
    await store.accounts.update("a", { mfa: { recovery_codes: [], totp_token } });
    expect((await store.accounts.get("a"))?.mfa).toEqual({ recovery_codes: [], totp_token });
    await store.accounts.update("a", { mfa: { recovery_codes: [] } });
    expect(await store.raw("accounts").findOne({ _id: "a", "mfa.totp_token": { $exists: true } })).toBeNull();
  });

  test("an invite to register is claimed once, also by two at once", async () => {
    await using store = await openTestStore(driver);
    await store.accountInvites.insert("code");
    const claims = await Promise.all([
      store.accountInvites.claim("code", "a"),
      store.accountInvites.claim("code", "b"),
    ]);
    expect(claims.toSorted()).toEqual([false, true]);
    expect(await store.accountInvites.claim("unknown", "a")).toBe(false);
  });
});
