import { describe, expect, test } from "bun:test";
import { hashPassword, verifyPassword } from "@lib/domain/accounts/password-hash.ts";
import { systemClock, systemIds } from "@lib/domain/system-ids.ts";

const SALT = "abcdefghijklmnopqrstuvwx";
const VECTOR =
  "$argon2i$v=19$m=4096,t=3,p=1$YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4$ShG0ulPlFdTZVz/cdC+PJpr0zp9+KEOYmHgCTBjpt0s";

describe("password hashes", () => {
  test("data-40: a hash of the reference verifies with its password only, and new ones have its form", async () => {
    expect(await verifyPassword(VECTOR, "correct horse battery")).toBe(true);
    expect(await verifyPassword(VECTOR, "Correct horse battery")).toBe(false);
    expect(await hashPassword("correct horse battery", SALT)).toBe(VECTOR);
    const fresh = await hashPassword("correct horse battery", systemIds(systemClock).nanoid(24));
    expect(fresh).toMatch(/^\$argon2i\$v=19\$m=4096,t=3,p=1\$[A-Za-z0-9+/]{32}\$[A-Za-z0-9+/]{43}$/);
    expect(fresh).not.toBe(VECTOR);
  });

  test("other variants and costs verify too", async () => {
    for (const algorithm of ["argon2d", "argon2i", "argon2id"] as const) {
      const stored = await Bun.password.hash("a password", { algorithm, memoryCost: 64, timeCost: 2 });
      expect(await verifyPassword(stored, "a password")).toBe(true);
      expect(await verifyPassword(stored, "another password")).toBe(false);
    }
  });

  test.each([
    "",
    "plain text",
    VECTOR.slice(0, -44),
    VECTOR.replace("v=19", "v=16"),
    VECTOR.replace("argon2i", "bcrypt"),
    VECTOR.replace("m=4096", "m=999999999"),
    VECTOR.replace("t=3", "t=0"),
  ])("what is no hash, or would take all memory, belongs to no password: %p", async (stored) => {
    expect(await verifyPassword(stored, "correct horse battery")).toBe(false);
  });

  test("hashing does not hold up the event loop", async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    await Promise.all(Array.from({ length: 8 }, () => hashPassword("a password", SALT)));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(1);
  });
});
