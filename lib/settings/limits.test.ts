import { expect, test } from "bun:test";
import { limitsFor } from "@lib/settings/limits.ts";
import { Settings } from "@lib/settings/settings.ts";

test.each([
  [0, 5],
  [71, 5],
  [72, 5],
  [73, 10],
])("settings-24: an account %p hours old may send %p friend requests", (hours, requests) => {
  const nowMs = Date.UTC(2026, 0, 31);
  const limits = limitsFor(Settings.parse({}), nowMs - hours * 3_600_000, nowMs);
  expect(limits.outgoing_friend_requests).toBe(requests);
});
