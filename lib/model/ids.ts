const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** Every value of ten bits: an id is put together of thirteen of these, several times faster than of characters. */
const PAIRS = Array.from({ length: 1024 }, (_, bits) => ALPHABET.charAt(bits >> 5) + ALPHABET.charAt(bits & 31));
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

/** 48 bits as 50: two bits of padding, then ten characters. */
function encodeTime(timeMs: number): string {
  if (!(timeMs >= 0 && timeMs < 2 ** 48)) throw new Error(`Not a time of a ULID: ${timeMs}`);
  const time = Math.floor(timeMs);
  const [high, low] = [Math.floor(time / 2 ** 20), time % 2 ** 20];
  return pair(high >>> 20) + pair(high >>> 10) + pair(high) + pair(low >>> 10) + pair(low);
}

function encodeRandom(bytes: Uint8Array): string {
  if (bytes.length !== RANDOM_BYTES) throw new Error(`A ULID takes ${RANDOM_BYTES} random bytes, not ${bytes.length}`);
  return encodeFiveBytes(bytes, 0) + encodeFiveBytes(bytes, 5);
}

function encodeFiveBytes(bytes: Uint8Array, at: number): string {
  const byte = (index: number): number => bytes[at + index] ?? 0;
  return (
    pair((byte(0) << 2) | (byte(1) >> 6)) +
    pair((byte(1) << 4) | (byte(2) >> 4)) +
    pair((byte(2) << 6) | (byte(3) >> 2)) +
    pair((byte(3) << 8) | byte(4))
  );
}

/** The two characters of the lowest ten bits. */
const pair = (bits: number): string => PAIRS[bits & 1023] ?? "";
