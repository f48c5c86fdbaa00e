import { describe, expect, test } from "bun:test";
import { normaliseEmail, requireEmail } from "@lib/domain/accounts/email-address.ts";

describe("normaliseEmail", () => {
  test.each([
    ["A.B+x@Example.com", "ab@example.com"],
    ["ab@example.com", "ab@example.com"],
    ["a+@x.y", "a+@x.y"],
    ["In.Sert+news@Example.Org", "insert@example.org"],
    ["a.b.c@x.y", "abc@x.y"],
    ["foo+@x.y", "foo+@x.y"],
  ])("data-41: %s is known by %s", (address, known) => {
    expect(normaliseEmail(address)).toBe(known);
  });

  test.each(["", "@", "a@", "@x.y", "no address"])("%p cannot be an address", (address) => {
    expect(normaliseEmail(address)).toBeNull();
  });

  test("what is far too long is none either, and takes no longer to say", () => {
    expect(normaliseEmail("a".repeat(1_000_000))).toBeNull();
  });
});

describe("requireEmail", () => {
  test.each([
    "a@localhost",
    "first.last+tag@sub.domain.org",
    "a@[192.0.2.1]",
    "a@münchen.de",
    "!#$%&'*+/=?^_`{|}~-@x.y",
    `${"a".repeat(64)}@x.y`,
  ])("%s is an address", (address) => {
    expect(requireEmail(address)).toBe(normaliseEmail(address) ?? "");
  });

  test.each([
    "invalid",
    "@x.y",
    "a@",
    "a b@x.y",
    "a@x..y",
    "a@-x.y",
    "a@x_y.z",
    "a@x.y\n",
    "a@[not an address]",
    "a@b@",
    "a@x.y, b@x.y",
    `${"a".repeat(65)}@x.y`,
    `a@${"x".repeat(64)}.y`,
    `a@${"x.".repeat(128)}y`,
  ])("%p is none", (address) => {
    expect(() => requireEmail(address)).toThrow(
      expect.objectContaining({ type: "IncorrectData", extra: { with: "email" } }),
    );
  });

  test.each([
    "example.com",
    "mailinator.com",
    "10minutemail.com",
    "guerrillamail.com",
    "sharklasers.com",
    "temp-mail.org",
    "yopmail.com",
    "trythe.net",
    "leadwizzer.com",
    "metalunits.com",
    "scpulse.com",
    "YopMail.Com",
    "yopmail。com",
    "ｙopmail.com",
    "yop\u00admail.com",
  ])("addresses of %s are given away", (domain) => {
    expect(() => requireEmail(`a@${domain}`)).toThrow(expect.objectContaining({ type: "Blacklisted" }));
  });

  test.each(["gmail.com", "validemail.com", "sub.yopmail.com.org", "com"])("addresses of %s are not", (domain) => {
    expect(requireEmail(`a@${domain}`)).toBe(`a@${domain}`);
  });
});
