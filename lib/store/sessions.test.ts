import { describe, expect, test } from "bun:test";
import { openTestStore } from "@tests/harness/open-test-store.ts";
import { storesUnderTest } from "@tests/harness/stores.ts";

const NOW_MS = 1_700_000_000_000;
const session = { _id: "s", user_id: "u", token: "t", name: "phone", last_seen: NOW_MS };
const subscription = { endpoint: "https://push.example.org", p256dh: "p", auth: "a" };
const ticket = { _id: "01A", account_id: "a", token: "t", validated: true, authorised: false };

describe.each(storesUnderTest())("sessions and tickets on $name", (driver) => {
  test("when a session was seen is stored as text, as the reference does", async () => {
    await using store = await openTestStore(driver);
    await store.sessions.insert(session);
    expect(await store.raw("sessions").findOne({ _id: "s" })).toMatchObject({ last_seen: "2023-11-14T22:13:20.000Z" });
    await store.sessions.touch("s", NOW_MS + 1);
    expect(await store.sessions.getByToken("t")).toEqual({ ...session, last_seen: NOW_MS + 1 });
  });

  test("data-39: ending web push removes the subscription", async () => {
    await using store = await openTestStore(driver);
    await store.sessions.insert(session);
    await store.sessions.setSubscription("s", subscription);
    expect(await store.sessions.listWithSubscription(["u", "v"])).toEqual([{ ...session, subscription }]);
    await store.sessions.clearSubscription("s");
    expect(await store.sessions.get("s")).toEqual(session);
    expect(await store.sessions.listWithSubscription(["u"])).toEqual([]);
  });

  test("signing out everywhere can spare one session and never touches others", async () => {
    await using store = await openTestStore(driver);
    await store.sessions.insert(session);
    await store.sessions.insert({ ...session, _id: "s2", token: "t2" });
    await store.sessions.insert({ ...session, _id: "s3", token: "t3", user_id: "v" });
    await store.sessions.deleteByUser("u", "s");
    expect((await store.sessions.listByUser("u")).map(({ _id }) => _id)).toEqual(["s"]);
    await store.sessions.deleteByUser("u");
    expect(await store.sessions.listByUser("u")).toEqual([]);
    expect(await store.sessions.listByUser("v")).toHaveLength(1);
  });

  test("a ticket is claimed once, also by two at once, and only by its account", async () => {
    await using store = await openTestStore(driver);
    await store.mfaTickets.insert(ticket);
    expect(await store.raw("mfaTickets").findOne({ _id: "01A" })).toMatchObject({ last_totp_code: null });
    expect(await store.mfaTickets.claim("t", { account_id: "other" })).toBeNull();
    const claims = await Promise.all(
      [1, 2].map(() => store.mfaTickets.claim("t", { account_id: "a", validated: true })),
    );
    expect(claims.filter((claim) => claim !== null)).toEqual([ticket]);
  });

  test("tickets made before a time are pruned", async () => {
    await using store = await openTestStore(driver);
    await store.mfaTickets.insert(ticket);
    await store.mfaTickets.insert({ ...ticket, _id: "01B", token: "t2" });
    expect(await store.mfaTickets.deleteBefore("01B")).toBe(1);
    expect((await store.mfaTickets.getByToken("t2"))?._id).toBe("01B");
  });
});
