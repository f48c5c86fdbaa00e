import type { CatalogueEvent, EventOf, EventType } from "@lib/event/catalogue.ts";
import { type EventClient, type EventClientOptions, connectEvents } from "@lib/gateway/client/event-client.ts";
import { eventually } from "@tests/harness/eventually.ts";

/** A socket of a test: everything it received, and ways to wait for more. */
export type TestSocket = AsyncDisposable & {
  client: EventClient;
  /** Every event so far, in order; `Bulk` as it came. */
  events: CatalogueEvent[];
  closes: { code: number; reason: string }[];
  types(): string[];
  /** The next event of a type that was not taken yet; fails when none comes. */
  take<T extends EventType>(type: T): Promise<EventOf<T>>;
  /** Forgets what was received so far and returns it. */
  drain(): CatalogueEvent[];
  /** Sends a ping and waits for its pong: everything that this process sent before has arrived then. */
  settle(): Promise<void>;
};

/** Opens a socket and, unless told otherwise, waits for `Ready`. */
export async function openSocket(
  url: string,
  token: string,
  { untilReady = true, ...options }: Partial<EventClientOptions> & { untilReady?: boolean } = {},
): Promise<TestSocket> {
  const events: CatalogueEvent[] = [];
  const closes: { code: number; reason: string }[] = [];
  const client = connectEvents({
    url,
    token,
    ...options,
    onEvent: (event) => void events.push(event),
    onClose: ({ code, reason }) => void closes.push({ code, reason }),
  });
  const take = async <T extends EventType>(type: T): Promise<EventOf<T>> => {
    const at = await eventually(() => events.findIndex((event) => event.type === type) + 1, {
      describe: `${type} after ${events.map((event) => event.type).join(", ")}`,
    });
    return events.splice(at - 1, 1)[0] as EventOf<T>; // found by its type
  };
  let pings = 0;
  const socket: TestSocket = {
    client,
    events,
    closes,
    types: () => events.map((event) => event.type),
    take,
    drain: () => events.splice(0),
    async settle() {
      const data = ++pings;
      client.send({ type: "Ping", data });
      await eventually(() => events.some((event) => event.type === "Pong" && event.data === data), {
        describe: "the pong",
      });
      events.splice(
        events.findIndex((event) => event.type === "Pong" && event.data === data),
        1,
      );
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
  if (untilReady) await eventually(() => events.some((event) => event.type === "Ready"), { describe: "Ready" });
  return socket;
}
