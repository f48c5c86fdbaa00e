// One client of lib/gateway/client in a process of its own: what an application waits for, decoding included.
import { type EventClient, connectEvents } from "@lib/gateway/client/event-client.ts";
import type { Format } from "@lib/gateway/handshake.ts";
import { answerCommands } from "@tests/bench/process/commands.ts";

/** What the client is asked. */
export type TypedClientCommands = ReturnType<typeof typedClient>;

function typedClient() {
  let client: EventClient | null = null;
  return {
    /** Connects; resolves to the milliseconds until the application held `Ready`. */
    open({ url, token, format }: { url: string; token: string; format: Format }): Promise<number> {
      const startedMs = performance.now();
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      client = connectEvents({
        url,
        token,
        format,
        onEvent: ({ type }) => type === "Ready" && resolve(performance.now() - startedMs),
        onClose: ({ code, reason }) => reject(new Error(`closed before Ready: ${code} ${reason}`)),
      });
      return promise;
    },
    async close(): Promise<void> {
      await client?.close();
      client = null;
    },
  };
}

answerCommands(typedClient());
