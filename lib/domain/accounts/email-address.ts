import disposableDomains from "@lib/domain/accounts/data/disposable-domains.txt" with { type: "text" };
import { fail } from "@lib/error/fail.ts";
import { assertDeliverable } from "@lib/mail/address.ts";
import { isIP } from "node:net";
import { domainToASCII } from "node:url";

const LOCAL_PART_LENGTH_MAX = 64;
const DOMAIN_LENGTH_MAX = 255;
const LENGTH_MAX = LOCAL_PART_LENGTH_MAX + 1 + DOMAIN_LENGTH_MAX;
const LOCAL_PART = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+$/i;
const DOMAIN = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i;

/**
 * Checks an address that somebody wants to use, and returns what it is known by. Fails with `IncorrectData` when it is
 * none, and with `Blacklisted` when its domain gives addresses away (conformance accounts-12, accounts-13).
 */
export function requireEmail(address: string): string {
  const normalised = isEmail(address) ? normaliseEmail(address) : null;
  if (normalised === null) fail("IncorrectData", { with: "email" });
  if (isDisposable(address)) fail("Blacklisted");
  return normalised;
}

/**
 * What an address is known by: dots and a `+tag` before the `@` do not count, nor does case (conformance data-41).
 * Null for what cannot be an address at all.
 */
export function normaliseEmail(address: string): string | null {
  if (address.length > LENGTH_MAX) return null; // the search below takes time by the square of it
  const match = /([^@]+)(@.+)/.exec(address);
  if (!match) return null;
  const [, name = "", rest = ""] = match;
  return `${name.replaceAll(/\+.+|\./g, "")}${rest}`.toLowerCase();
}

function isEmail(address: string): boolean {
  const at = address.lastIndexOf("@");
  const [name, domain] = [address.slice(0, Math.max(at, 0)), address.slice(at + 1)];
  if (at < 0 || name.length > LOCAL_PART_LENGTH_MAX || domain.length > DOMAIN_LENGTH_MAX) return false;
  return LOCAL_PART.test(name) && isDomain(domain) && isDeliverable(address);
}

function isDomain(domain: string): boolean {
  if (domain.startsWith("[") && domain.endsWith("]")) return isIP(domain.slice(1, -1)) !== 0;
  return DOMAIN.test(domain) || DOMAIN.test(domainToASCII(domain));
}

function isDeliverable(address: string): boolean {
  try {
    assertDeliverable(address);
    return true;
  } catch {
    return false;
  }
}

/** A domain is looked for as mail servers look it up, however it is written: in wide letters, or with a wide dot. */
function isDisposable(address: string): boolean {
  const domain = address.slice(address.lastIndexOf("@") + 1);
  return `\n${disposableDomains}`.includes(`\n${domainToASCII(domain) || domain}\n`);
}
