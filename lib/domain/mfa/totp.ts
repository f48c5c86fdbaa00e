import type { AccountDocument } from "@lib/model/stored/account.ts";
import { createHmac, timingSafeEqual } from "node:crypto";

const STEP_MS = 30_000;
const DIGITS = 6;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Characters of a secret: 80 bits in base 32, as authenticator apps expect it. */
const TOTP_SECRET_LENGTH = 16;

/** The code that a secret shows at a time (RFC 6238 with HMAC-SHA-1, 6 digits, 30 seconds; conformance data-42). */
export function totpCode(secret: string, timeMs: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(timeMs / STEP_MS)));
  const digest = createHmac("sha1", decodeBase32(secret)).update(counter).digest();
  const offset = digest.readUInt8(digest.length - 1) & 0x0f; // RFC 4226, 5.3: dynamic truncation
  const number = digest.readUInt32BE(offset) & 0x7fff_ffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, "0");
}

/** The code that is right now for an account whose one-time codes are in force, else null. */
export function currentTotpCode({ mfa }: AccountDocument, timeMs: number): string | null {
  return mfa.totp_token?.status === "Enabled" ? totpCode(mfa.totp_token.secret, timeMs) : null;
}

/** Compares codes without telling by time how much of a guess was right. */
export function isSameCode(given: string, right: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** A new secret; `integer` chooses a number below its argument. */
export function newTotpSecret(integer: (below: number) => number): string {
  return Array.from({ length: TOTP_SECRET_LENGTH }, () => BASE32.charAt(integer(BASE32.length))).join("");
}

/** What is not base 32 is skipped: spaces and padding that people copy along. */
function decodeBase32(text: string): Buffer {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const character of text.toUpperCase()) {
    const value = BASE32.indexOf(character);
    if (value < 0) continue;
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 0xff);
    }
  }
  return Buffer.from(bytes);
}
