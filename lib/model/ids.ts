/** Author of system messages. */
export const SYSTEM_AUTHOR = "00000000000000000000000000";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TIME_CHARACTERS = 10;
const RANDOM_BYTES = 10;
const ULID_PATTERN = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** Whether a text is a ULID in its canonical, upper-case form. */
export function isUlid(text: string): boolean {
  return ULID_PATTERN.test(text);
}

/** The time of a ULID in milliseconds since the Unix epoch; `NaN` when the text does not start like one. */
export function ulidTime(id: string): number {
  let time = 0;
  for (let at = 0; at < TIME_CHARACTERS; at++) {
    const digit = ALPHABET.indexOf(id.charAt(at) || " ");
    if (digit < 0) return Number.NaN;
    time = time * 32 + digit;
  }
  return time;
}

/** The ULID of a time and ten random bytes. Ids of equal time compare as their bytes do. */
export function encodeUlid(timeMs: number, random: Uint8Array): string {
  return encodeTime(timeMs) + encodeRandom(random);
}

/** The lowest ULID of a time: everything made at or after it compares greater or equal. */
export function minUlid(timeMs: number): string {
  return encodeTime(timeMs).padEnd(TIME_CHARACTERS + 16, "0");
}

function encodeTime(timeMs: number): string {
  if (!(timeMs >= 0 && timeMs < 2 ** 48)) throw new Error(`Not a time of a ULID: ${timeMs}`);
  let rest = Math.floor(timeMs);
  let text = "";
  for (let at = 0; at < TIME_CHARACTERS; at++) {
    text = ALPHABET.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

function encodeRandom(bytes: Uint8Array): string {
  if (bytes.length !== RANDOM_BYTES) throw new Error(`A ULID takes ${RANDOM_BYTES} random bytes, not ${bytes.length}`);
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET.charAt((held >> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  return text;
}
