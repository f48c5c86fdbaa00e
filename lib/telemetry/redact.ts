import { hideCredentials } from "@lib/telemetry/hide-credentials.ts";

/** Names of fields whose values never reach a log, compared without case, `-` and `_` (P17). */
const secretNames =
  /^(x(session|bot|mfaticket|admin)?token|xmfaticket|.*token|.*password|.*secret|authorization|cookie|setcookie|.*privatekey|.*encryptionkey|.*secretkey|apikey|totp|totpcode|recoverycodes?|ticket|captcha|auth|p256dh)$/;
const MASK = "[redacted]";
const DEPTH_MAX = 6;
const ITEMS_MAX = 100;
const TEXT_MAX = 8_192;

/**
 * A copy of `value` that can be logged: secret fields masked, credentials inside URLs and query strings masked, errors
 * spelled out with their causes, cycles and excess depth, length and items cut. Never throws.
 */
export function redact(value: unknown): unknown {
  return redactAt(value, 0, new Set());
}

/** True for a field or header whose value is a secret by its name. */
function isSecretName(name: string): boolean {
  return secretNames.test(name.toLowerCase().replaceAll(/[-_.]/g, ""));
}

/**
 * Masks credentials inside text: `scheme://user:password@host`, `?token=…`, `/login/reset/…`. A password may hold `/` and
 * `@`, so all up to the last `@` is masked, and with it at times a host and a path.
 */
export function redactText(text: string): string {
  const short = text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text;
  return short
    .replaceAll(/(?<=\b[a-z][a-z0-9+.-]*:\/\/)[^\s/]\S*/gi, withoutCredentials)
    .replaceAll(/([?&](?:token|ticket|password|secret|key)=)[^&\s"']+/gi, `$1${MASK}`)
    .replaceAll(
      /(\/(?:login\/verify|login\/reset|auth\/account\/verify|delete|webhooks\/[0-9A-Z]{26})\/)[^\s/?"']+/g,
      `$1${MASK}`,
    );
}

const withoutCredentials = (rest: string): string => hideCredentials(rest, MASK);

function redactAt(value: unknown, depth: number, seen: Set<object>): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value === "bigint") return String(value);
  if (typeof value === "function" || typeof value === "symbol") return undefined;
  if (typeof value !== "object" || value === null) return value;
  if (seen.has(value)) return "[circular]";
  if (depth >= DEPTH_MAX) return "[deep]";
  seen.add(value);
  try {
    return redactObject(value, depth, seen);
  } catch {
    return "[unreadable]"; // a getter or proxy that throws must not cost the record
  } finally {
    seen.delete(value);
  }
}

function redactObject(value: object, depth: number, seen: Set<object>): unknown {
  if (value instanceof Error) return redactError(value, depth, seen);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "invalid date" : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof URL) return redactText(value.href);
  if (Array.isArray(value)) return value.slice(0, ITEMS_MAX).map((item) => redactAt(item, depth + 1, seen));
  const entries = value instanceof Headers || value instanceof Map ? [...value.entries()] : Object.entries(value);
  const copy: Record<string, unknown> = {};
  for (const [key, item] of entries.slice(0, ITEMS_MAX)) {
    const name = String(key);
    copy[name] = isSecretName(name) && item !== null && item !== undefined ? MASK : redactAt(item, depth + 1, seen);
  }
  return copy;
}

function redactError(error: Error, depth: number, seen: Set<object>): Record<string, unknown> {
  const fields: Record<string, unknown> = { name: error.name, message: redactText(error.message) };
  if ("code" in error && (typeof error.code === "string" || typeof error.code === "number"))
    fields["code"] = error.code;
  if (error.stack) fields["stack"] = redactText(error.stack);
  if (error.cause !== undefined) fields["cause"] = redactAt(error.cause, depth + 1, seen);
  if (error instanceof AggregateError) fields["errors"] = redactAt(error.errors, depth + 1, seen);
  return fields;
}
