import { deflateSync } from "node:zlib";

/** Flat pastels, with a pale blob in the middle; which one is told by the last character of an id. */
const COLOURS = ["FFADAD", "FFD6A5", "CAFFBF", "9BF6FF", "A0C4FF", "BDB2FF", "FFC6FF"] as const;
const GROUPS = ["", "0123SZ", "4567T", "89AB", "CDEFV", "GHJKW", "MNPQX"] as const;

const SIZE = 256;
const RADIUS = 80;
/** Shades between the colour and the blob, for a smooth edge. */
const SHADES = 16;

/** The picture, as PNG, of a user who has none (conformance users-22). The id is not looked up. */
export function defaultAvatar(id: string): Uint8Array<ArrayBuffer> {
  const last = id.at(-1);
  const group =
    last === undefined
      ? 0
      : Math.max(
          0,
          GROUPS.findIndex((characters) => characters.includes(last)),
        );
  return encodePng(paletteOf(COLOURS[group] ?? COLOURS[0]), compressedBlob());
}

/** From the colour itself to a pale tint of it. */
function paletteOf(colour: string): number[] {
  const channels = [0, 2, 4].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  const mix = (channel: number, shade: number) => Math.round(channel + ((255 - channel) * 0.7 * shade) / (SHADES - 1));
  return Array.from({ length: SHADES }, (_, shade) => channels.map((channel) => mix(channel, shade))).flat();
}

/** Drawn when the first one asks, as it is the same in each colour and takes milliseconds. */
const compressedBlob = lazily(() => deflateSync(blob()));

function lazily<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** One palette index per pixel, each row after its filter byte: a square with very round corners. */
function blob(): Uint8Array {
  const rows = new Uint8Array(SIZE * (SIZE + 1));
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const [dx, dy] = [Math.abs(x + 0.5 - SIZE / 2), Math.abs(y + 0.5 - SIZE / 2)];
      const distance = (dx ** 3 + dy ** 3) ** (1 / 3);
      const inside = Math.min(1, Math.max(0, RADIUS + 0.5 - distance));
      rows[y * (SIZE + 1) + 1 + x] = Math.round(inside * (SHADES - 1));
    }
  }
  return rows;
}

/** PNG (third edition, W3C 2025) of 8-bit palette indices, whose rows are compressed already. */
function encodePng(palette: readonly number[], rows: Uint8Array): Uint8Array<ArrayBuffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIZE, 0);
  header.writeUInt32BE(SIZE, 4);
  header.set([8, 3, 0, 0, 0], 8);
  return new Uint8Array(
    Buffer.concat([
      Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
      chunk("IHDR", header),
      chunk("PLTE", Buffer.from(palette)),
      chunk("IDAT", rows),
      chunk("IEND", Buffer.alloc(0)),
    ]),
  );
}

function chunk(type: string, content: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const body = Buffer.concat([Buffer.from(type, "latin1"), content]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(Bun.hash.crc32(body));
  return Buffer.concat([length, body, sum]);
}
