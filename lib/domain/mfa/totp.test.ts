import { describe, expect, test } from "bun:test";
import { isSameCode, newTotpSecret, totpCode } from "@lib/domain/mfa/totp.ts";
import { systemClock, systemIds } from "@lib/domain/system-ids.ts";

describe("one-time codes", () => {
  test.each([
    [59, "287082"],
    [1_111_111_109, "081804"],
    [1_111_111_111, "050471"],
    [1_234_567_890, "005924"],
    [2_000_000_000, "279037"],
    [20_000_000_000, "353130"],
  ])("RFC 6238: at %d seconds the code is %s", (seconds, code) => {
    expect(totpCode("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", seconds * 1000)).toBe(code);
  });

  test("data-42: a code is of its 30 seconds only", () => {
    const at = 1_700_000_000_000;
    const step = at - (at % 30_000);
    expect(totpCode("JBSWY3DPEHPK3PXP", at)).toBe("324550");
    expect(totpCode("JBSWY3DPEHPK3PXP", step + 29_999)).toBe("324550");
    expect(totpCode("JBSWY3DPEHPK3PXP", step - 1)).not.toBe("324550");
    expect(totpCode("JBSWY3DPEHPK3PXP", step + 30_000)).not.toBe("324550");
  });

  test("codes are compared whole", () => {
    expect(isSameCode("324550", "324550")).toBe(true);
    for (const given of ["324551", "32455", "3245500", "", "３24550"]) expect(isSameCode(given, "324550")).toBe(false);
  });

  test("secrets are 80 random bits in base 32", () => {
    const { integer } = systemIds(systemClock);
    const secrets = Array.from({ length: 20 }, () => newTotpSecret(integer));
    expect(secrets.every((secret) => /^[A-Z2-7]{16}$/.test(secret))).toBe(true);
    expect(new Set(secrets).size).toBe(20);
  });
});
