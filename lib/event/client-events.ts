/** What clients send. Anything that is not exactly one of these is ignored, and the connection stays open. */
import { z } from "zod";

/** Payload of a `Ping`: an unsigned 64-bit integer or a list of bytes, echoed as it is (conformance events-11). */
export const PingData = z.union([
  z.int().min(0),
  z
    .bigint()
    .gte(0n)
    .lt(2n ** 64n)
    .meta({ type: "integer", format: "uint64", minimum: 0 }),
  // One check for all of them: a schema of each byte makes an issue of each that is wrong.
  z.custom<number[]>(isByteList).meta({ type: "array", items: { type: "integer", minimum: 0, maximum: 255 } }),
]);
export type PingData = z.output<typeof PingData>;

function isByteList(value: unknown): boolean {
  const isByte = (item: unknown): boolean => Number.isInteger(item) && Number(item) >= 0 && Number(item) <= 255;
  return Array.isArray(value) && value.every(isByte);
}

/** An event from a client. */
export const ClientEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("Authenticate"), token: z.string() }),
  z.object({ type: z.literal("BeginTyping"), channel: z.string() }),
  z.object({ type: z.literal("EndTyping"), channel: z.string() }),
  z.object({ type: z.literal("Subscribe"), server_id: z.string() }),
  z.object({
    type: z.literal("Ping"),
    data: PingData,
    /** `{}` asks for no answer (conformance events-12). */
    responded: z.strictObject({}).nullish(),
  }),
]);
export type ClientEvent = z.output<typeof ClientEvent>;

/** The client event in a decoded frame, or null when it is none: unknown keys are ignored, everything else must fit. */
export function parseClientEvent(value: unknown): ClientEvent | null {
  const parsed = ClientEvent.safeParse(value);
  return parsed.success ? parsed.data : null;
}
