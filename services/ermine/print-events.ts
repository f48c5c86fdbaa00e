import { encodeJson } from "@lib/codec/json.ts";
import { connectEvents } from "@lib/gateway/client/event-client.ts";

/** Whose events to print, and where. */
export type PrintedEvents = {
  /** WebSocket address of the gateway. */
  url: string;
  token: string;
  /** Ends it. */
  signal: AbortSignal;
  /** Takes an event as one line of JSON. */
  onEvent(line: string): void;
  /** Takes what happens to the connection, for a person to read. */
  onNotice(text: string): void;
};

/**
 * Prints what a session or bot is told, as it happens. A lost connection is resumed, so that nothing is missing. Resolves
 * to true when it was ended by `signal`, to false when the token is not valid any more.
 */
export async function printEvents({ url, token, signal, onEvent, onNotice }: PrintedEvents): Promise<boolean> {
  const ended = Promise.withResolvers<boolean>();
  const client = connectEvents({
    url,
    token,
    resume: true,
    reconnect: true,
    onEvent: (event) => onEvent(encodeJson(event)),
    onClose({ code, reason, isFinal }) {
      if (signal.aborted) return;
      onNotice(`closed: ${code} ${reason}`.trimEnd());
      if (isFinal) ended.resolve(false);
    },
  });
  signal.addEventListener("abort", () => ended.resolve(true), { once: true });
  const isEndedByUser = await ended.promise;
  await client.close();
  return isEndedByUser;
}
