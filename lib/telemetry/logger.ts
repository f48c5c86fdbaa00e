/**
 * Structured logs: one JSON object per line (`time`, `level`, `message`, then the fields), or a readable line for a
 * terminal. Secrets are masked by field name and inside text before anything is written (P17), and logging never throws.
 */
import { redact, redactText } from "@lib/telemetry/redact.ts";

/** How serious a record is. */
export type Level = "debug" | "info" | "warn" | "error";

/** What a record says besides its message; an `error` field is spelled out with its causes. */
export type Fields = Readonly<Record<string, unknown>>;

/** Writes records. A child adds its fields, such as `request_id`, to each of its records. */
export interface Logger {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
  child(fields: Fields): Logger;
}

/** Where and how a logger writes. */
export type LoggerOptions = {
  /** Records below this level are dropped; `off` drops all. */
  level: Level | "off";
  /** Receives each finished line, with its newline. */
  write(line: string): void;
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Lines for people instead of JSON. */
  pretty?: boolean;
};

const ranks = { debug: 0, info: 1, warn: 2, error: 3, off: 4 };

/** Opens a logger. */
export function logger(options: LoggerOptions, bound: Fields = {}): Logger {
  const format = options.pretty ? prettyLine : jsonLine;
  const at = (level: Level) => (message: string, fields?: Fields) => {
    if (ranks[level] < ranks[options.level]) return;
    try {
      options.write(format(options.now(), level, message, { ...bound, ...fields }));
    } catch {
      // A full disk or a closed pipe must not fail the request that wanted to log.
    }
  };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: (fields) => logger(options, { ...bound, ...fields }),
  };
}

/** A logger that writes nothing, for tests and tools. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLogger,
};

function jsonLine(nowMs: number, level: Level, message: string, fields: Fields): string {
  const record = { time: new Date(nowMs).toISOString(), level, message: redactText(message) };
  return `${JSON.stringify({ ...record, ...plainFields(fields, record) })}\n`;
}

const colours = { debug: 90, info: 36, warn: 33, error: 31 };

function prettyLine(nowMs: number, level: Level, message: string, fields: Fields): string {
  const { error, ...rest } = plainFields(fields, {});
  const details = Object.entries(rest).map(([name, value]) => ` \x1b[90m${name}=\x1b[0m${prettyValue(value)}`);
  const time = new Date(nowMs).toISOString().slice(11, 23);
  const head = `\x1b[90m${time}\x1b[0m \x1b[${colours[level]}m${level.padEnd(5)}\x1b[0m ${oneLine(redactText(message))}`;
  return `${head}${details.join("")}\n${error === undefined ? "" : prettyError(error)}`;
}

function prettyValue(value: unknown): string {
  return typeof value === "string" && /^[\x21-\x7e]+$/.test(value) ? value : JSON.stringify(value);
}

function prettyError(error: unknown): string {
  if (typeof error !== "object" || error === null) return `      ${JSON.stringify(error)}\n`;
  const { stack, name, message, cause } = error as Record<string, unknown>; // any object may be read as a record
  const text = typeof stack === "string" ? stack : name ? `${String(name)}: ${String(message)}` : JSON.stringify(error);
  const indented = text.replaceAll(/^/gm, "      ");
  return `${indented}\n${cause === undefined ? "" : `      caused by:\n${prettyError(cause)}`}`;
}

/** A message must stay one line: a name chosen by a user could otherwise forge a record. */
function oneLine(text: string): string {
  return text.replaceAll(/[\x00-\x1f\x7f]/g, (character) => JSON.stringify(character).slice(1, -1));
}

function plainFields(fields: Fields, taken: object): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  const redacted = redact(fields) as Fields; // an object stays an object
  for (const [name, value] of Object.entries(redacted)) {
    if (value !== undefined) plain[name in taken ? `field_${name}` : name] = value;
  }
  return plain;
}
