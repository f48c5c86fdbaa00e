/**
 * Password hashes in exactly the format of the reference, so that either can verify what the other stored
 * (conformance data-40). The work is done by the runtime's own thread pool, off the event loop.
 */
import { argon2, timingSafeEqual } from "node:crypto";

type Argon2Input = { memory: number; passes: number; parallelism: number; tagLength: number; nonce: Buffer };
type Variant = "argon2d" | "argon2i" | "argon2id";

/** What new hashes cost. */
const COST = { memory: 4096, passes: 3, parallelism: 1, tagLength: 32 };

/** Bounds of what a stored hash may ask for, so that no document can exhaust the machine. */
const MEMORY_KIB_MAX = 1_048_576;
const WORK_KIB_MAX = 16 * MEMORY_KIB_MAX;

/** Characters of a salt: its ASCII bytes are the salt. */
export const SALT_NANOID_LENGTH = 24;

/** Hashes a password with a fresh salt of `SALT_NANOID_LENGTH` characters. */
export async function hashPassword(password: string, salt: string): Promise<string> {
  const nonce = Buffer.from(salt);
  const hash = await derive("argon2i", password, { ...COST, nonce });
  return `$argon2i$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${encode(nonce)}$${encode(hash)}`;
}

/** Whether a password has a stored hash. A hash that cannot be read belongs to no password. */
export async function verifyPassword(stored: string, password: string): Promise<boolean> {
  const parsed = parseHash(stored);
  if (!parsed) return false;
  const { variant, hash, ...cost } = parsed;
  return timingSafeEqual(await derive(variant, password, { ...cost, tagLength: hash.length }), hash);
}

/** Does the work of a verification that fails, for accounts that do not exist: time does not tell who is registered. */
export async function verifyNothing(password: string): Promise<void> {
  await derive("argon2i", password, { ...COST, nonce: Buffer.alloc(SALT_NANOID_LENGTH) });
}

const PHC = /^\$(argon2(?:d|i|id))\$v=19\$m=(\d{1,9}),t=(\d{1,4}),p=(\d{1,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

function parseHash(stored: string) {
  const match = PHC.exec(stored);
  if (!match) return null;
  const [memory, passes, parallelism] = [Number(match[2]), Number(match[3]), Number(match[4])];
  const [nonce, hash] = [Buffer.from(match[5] ?? "", "base64"), Buffer.from(match[6] ?? "", "base64")];
  const isSound = passes >= 1 && parallelism >= 1 && memory >= 8 * parallelism && nonce.length >= 8 && hash.length >= 4;
  if (!isSound || memory > MEMORY_KIB_MAX || memory * passes > WORK_KIB_MAX) return null;
  return { variant: match[1] as Variant, memory, passes, parallelism, nonce, hash }; // the pattern allows no other
}

function derive(variant: Variant, message: string, input: Argon2Input): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    argon2(variant, { message, ...input }, (error, hash) => (error ? reject(error) : resolve(hash)));
  });
}

const encode = (bytes: Buffer): string => bytes.toString("base64").replace(/=+$/, "");
