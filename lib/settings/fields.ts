import { isIP } from "node:net";
import { z } from "zod";

/**
 * The kinds of values that settings have. Environment variables are always text, so numbers, switches and lists accept
 * text as well. Reasons never repeat the value, which may be a secret.
 */
export const text = () => z.string("must be text");

const REDIS_URL =
  "must be a URL such as redis://user:password@host:6379/0, with special characters of the password percent-encoded";

/** Text that may not be empty. */
export const filled = () => z.string("must be text").min(1, "must not be empty");

/** A switch: `true`, or the words `1 true on yes` and `0 false off no`. */
export const flag = () => z.preprocess(parseFlag, z.boolean("must be true or false"));

/** A whole number within bounds. */
export const whole = ({ min = 0, max = Number.MAX_SAFE_INTEGER }: { min?: number; max?: number } = {}) =>
  z.preprocess(
    parseNumber,
    z.int("must be a whole number").min(min, `must be at least ${min}`).max(max, `must be at most ${max}`),
  );

/** Any finite number within bounds. */
export const fraction = ({ min = -1e9, max = 1e9 }: { min?: number; max?: number } = {}) =>
  z.preprocess(
    parseNumber,
    z.number("must be a number").min(min, `must be at least ${min}`).max(max, `must be at most ${max}`),
  );

/** A list; as text its items are separated by commas. */
export const list = <T extends z.ZodType>(item: T) => z.preprocess(parseList, z.array(item, "must be a list"));

/** Two numbers, such as width and height. */
export const pair = <T extends z.ZodType>(item: T) =>
  z.preprocess(parseList, z.tuple([item, item], "must be a list of exactly two numbers"));

/** A URL of one of the schemes (`http:`), without a slash at its end; with `empty` also nothing at all. */
export const address = (schemes: readonly string[], { empty = false }: { empty?: boolean } = {}) =>
  z
    .string("must be text")
    .transform((value) => value.replace(/\/+$/, ""))
    .refine((value) => (value === "" ? empty : isUrl(value, schemes)), {
      error: `must be a URL that starts with ${schemes.map((scheme) => `${scheme}//`).join(" or ")}`,
    });

/** The URL that chooses a driver. */
export const driver = (schemes: readonly string[]) =>
  z
    .string("must be text")
    .refine((value) => schemes.some((scheme) => value.startsWith(scheme)), {
      error: `must start with ${schemes.join(" or ")}`,
      abort: true,
    })
    .refine((value) => !/^rediss?:/.test(value) || isRedisUrl(value), REDIS_URL);

/** Where a Redis server is, with its credentials and the number of its database. */
export const redisAddress = () =>
  z
    .string("must be text")
    .regex(/^rediss?:\/\/./, "must start with redis:// or rediss://")
    .refine(isRedisUrl, REDIS_URL);

/** Where to listen: `127.0.0.1:14700`, `[::1]:14700`; port 0 takes any free one. */
export const listenAddress = () =>
  z.string("must be text").refine((value) => parseListen(value) !== null, {
    error: "must be an address and a port, such as 127.0.0.1:14700",
  });

/** An address or a CIDR range. */
export const network = () =>
  z.string("must be text").refine(isNetwork, { error: "must be an IP address or a range such as 10.0.0.0/8" });

/** Splits `host:port` or `[v6]:port`; null when it is neither. */
export function parseListen(value: string): { hostname: string; port: number } | null {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s/]+)):(\d{1,5})$/.exec(value);
  const hostname = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return hostname === undefined || port > 65_535 ? null : { hostname, port };
}

/** The address and port of a setting that was checked with `listenAddress`. */
export function listenOf(value: string): { hostname: string; port: number } {
  const listen = parseListen(value);
  if (!listen) throw new Error(`not an address and a port: ${value}`);
  return listen;
}

function parseFlag(value: unknown): unknown {
  const word = typeof value === "number" ? String(value) : value;
  if (typeof word !== "string") return value;
  if (/^(1|true|on|yes)$/i.test(word)) return true;
  return /^(0|false|off|no)$/i.test(word) ? false : value;
}

function parseNumber(value: unknown): unknown {
  return typeof value === "string" && /^[+-]?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value;
}

function parseList(value: unknown): unknown {
  if (typeof value !== "string") return value;
  return value
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function isUrl(value: string, schemes: readonly string[]): boolean {
  const url = URL.parse(value);
  return url !== null && url.host !== "" && schemes.includes(url.protocol) && url.search === "" && url.hash === "";
}

function isRedisUrl(value: string): boolean {
  const url = URL.parse(value);
  return url !== null && /^\/?$|^\/\d+$/.test(url.pathname);
}

function isNetwork(value: string): boolean {
  const [host = "", prefix, ...rest] = value.split("/");
  const family = isIP(host);
  if (family === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}
