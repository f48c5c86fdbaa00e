import { RequestError } from "@lib/rpc/request-error.ts";

/** Largest JSON body in bytes (conformance http-7). */
export const BODY_BYTES_MAX = 1_048_576;

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const LONG_INTEGER = /\d{16}/;

/**
 * Parses a request body whatever its content type says. Integers beyond the safe range become `bigint`.
 * Fails with 413 (too large), 400 (not UTF-8, not JSON) or 422 (a key given twice).
 */
export async function parseJsonBody(request: Request): Promise<unknown> {
  if (Number(request.headers.get("content-length") ?? 0) > BODY_BYTES_MAX) throw tooLarge();
  const bytes = await readBounded(request, BODY_BYTES_MAX);
  try {
    const text = UTF8.decode(bytes);
    const value: unknown = LONG_INTEGER.test(text) ? JSON.parse(text, exactInteger) : JSON.parse(text);
    if (hasDuplicateKey(text)) throw new RequestError(422, "FailedValidation", "body: a key is given twice");
    return value;
  } catch (error) {
    if (error instanceof RequestError) throw error;
    throw new RequestError(400, "FailedValidation", "body: not valid JSON");
  }
}

async function readBounded(request: Request, bytesMax: number): Promise<Uint8Array> {
  if (!request.body) return new Uint8Array();
  if (request.headers.has("content-length")) return new Uint8Array(await request.arrayBuffer());
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size > bytesMax) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const tooLarge = () => new RequestError(413, "PayloadTooLarge", `body: over ${BODY_BYTES_MAX} bytes`);

function exactInteger(_key: string, value: unknown, context?: { source?: string }): unknown {
  const isInexact = typeof value === "number" && !Number.isSafeInteger(value);
  return isInexact && context?.source && /^-?\d{1,40}$/.test(context.source) ? BigInt(context.source) : value;
}

/** Whether an object of this (valid) JSON text names a key twice: `JSON.parse` keeps the last one silently. */
export function hasDuplicateKey(text: string): boolean {
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === "{") open.push(new Set());
    else if (char === "[") open.push(null);
    else if (char === "}" || char === "]") open.pop();
    else if (char === '"') {
      const end = endOfString(text, at);
      const keys = open.at(-1);
      if (keys && isKey(text, end)) {
        const key: string = JSON.parse(text.slice(at, end + 1));
        if (keys.has(key)) return true;
        keys.add(key);
      }
      at = end;
    }
  }
  return false;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}

/** In valid JSON only a key is followed by a colon. */
function isKey(text: string, end: number): boolean {
  let at = end + 1;
  while (text[at] === " " || text[at] === "\n" || text[at] === "\r" || text[at] === "\t") at++;
  return text[at] === ":";
}
