import { countValues } from "@lib/codec/count-values.ts";
import { decodeJson } from "@lib/codec/json.ts";
import { repeatedKeys } from "@lib/codec/repeated-keys.ts";
import { RequestError } from "@lib/rpc/request-error.ts";

/** Largest JSON body in bytes (conformance http-7). */
const BODY_BYTES_MAX = 1_048_576;

/** Values in one body: many times what the longest list has that any request can use. */
const VALUES_MAX = 20_000;

/** An escape that is one half of a character, as those beyond the base plane are written. */
const HALF_CHARACTER = /\\u[dD][89a-fA-F]/;

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Parses a request body whatever its content type says. Integers beyond the safe range become `bigint`.
 * Fails with 413 (too large), 400 (not complete, not UTF-8, too many values, not JSON, half a character) or 422 (a key
 * given twice).
 */
export async function parseJsonBody(request: Request): Promise<unknown> {
  const bytes = await readBody(request);
  try {
    const text = UTF8.decode(bytes);
    requireFewValues(text);
    const value = decodeJson(text);
    if (HALF_CHARACTER.test(text)) requireCharacters(value);
    if (!repeatedKeys(text).next().done) throw new RequestError(422, "FailedValidation", "body: a key is given twice");
    return value;
  } catch (error) {
    if (error instanceof RequestError) throw error;
    throw new RequestError(400, "FailedValidation", "body: not valid JSON");
  }
}

/**
 * A megabyte can be half a million values, and whatever is done with a body costs by their number: parsing it, checking
 * it, finding what is wrong with it. What has fewer characters cannot have more values.
 */
function requireFewValues(text: string): void {
  if (text.length > VALUES_MAX && countValues(text) > VALUES_MAX)
    throw new RequestError(400, "FailedValidation", `body: over ${VALUES_MAX} values`);
}

/**
 * A half without its other half is no text: MongoDB and MessagePack make something else of it, and clients that decode
 * strictly could not read whatever quotes it. Looked for in what was parsed: that takes a fraction of parsing it again.
 */
function requireCharacters(value: unknown): void {
  if (typeof value === "string") requireWellFormed(value);
  else if (Array.isArray(value)) for (const item of value) requireCharacters(item);
  else if (typeof value === "object" && value !== null) {
    for (const key of Object.keys(value)) {
      requireWellFormed(key);
      requireCharacters(Reflect.get(value, key));
    }
  }
}

function requireWellFormed(text: string): void {
  if (!text.isWellFormed()) throw new SyntaxError("half a character");
}

/** A client that goes away before it has sent everything, or sends it in broken chunks, is at fault itself. */
async function readBody(request: Request): Promise<Uint8Array> {
  if (Number(request.headers.get("content-length") ?? 0) > BODY_BYTES_MAX) throw tooLarge();
  try {
    return await readBounded(request, BODY_BYTES_MAX);
  } catch (cause) {
    if (cause instanceof RequestError) throw cause;
    throw new RequestError(400, "FailedValidation", "body: not complete", { cause });
  }
}

async function readBounded(request: Request, bytesMax: number): Promise<Uint8Array> {
  // Touching `body` makes Bun open a stream, which costs more than all the rest of reading a small body.
  if (request.headers.has("content-length")) return new Uint8Array(await request.arrayBuffer());
  if (!request.body) return new Uint8Array();
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
