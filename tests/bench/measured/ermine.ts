// Ermine as it runs in one process: REST API and gateway on one port.
import { encodeJson } from "@lib/codec/json.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { publish } from "@lib/domain/publish.ts";
import type { Publication } from "@lib/event/event.ts";
import { messageCreate } from "@lib/event/message-events.ts";
import type { SocketData } from "@lib/gateway/connection.ts";
import { viewMember } from "@lib/model/view/member.ts";
import { viewStaticUser } from "@lib/model/view/user.ts";
import { requestPath } from "@lib/rpc/request-path.ts";
import { createRegistry } from "@lib/telemetry/metrics.ts";
import { createBonfire } from "@services/bonfire/bonfire.ts";
import { createDelta } from "@services/delta/delta.ts";
import { contentOf } from "@tests/bench/measured/marker.ts";
import { type Places, openDeps } from "@tests/bench/measured/open-deps.ts";
import { type WorldIds, type WorldPlan, authorFields, memberOf, populate } from "@tests/bench/measured/populate.ts";
import { createProducer } from "@tests/bench/measured/producer.ts";
import { answerCommands } from "@tests/bench/process/commands.ts";
import { ownUsage } from "@tests/bench/process/own-usage.ts";
import { storedUser } from "@tests/harness/stored-documents.ts";

/** What the measured Ermine is asked. */
export type ErmineCommands = ReturnType<typeof ermine>;

function ermine() {
  let deps: Deps | null = null;
  const opened = (): Deps => deps ?? fail();
  const producer = createProducer({
    make(room, sequence) {
      const message = messageIn(opened(), room, sequence);
      // Stored before it is published: its texts are in one piece then.
      encodeJson(message.event);
      return message;
    },
    publish: (message) => void publish(opened(), message),
  });
  return {
    ...ownUsage,
    /** What it publishes goes straight on the bus. */
    ...producer,
    async start(places: Places): Promise<{ url: string; events: string }> {
      deps = await openDeps(places);
      return listen(deps);
    },
    populate: (plan: WorldPlan): Promise<WorldIds> => populate(opened(), plan),
    /** Commands sent to the store so far. */
    storeCommands: (): number => opened().store.database.commands,
    /** Resolves when work behind the requests so far is done. */
    settle: (): Promise<void> => opened().background.drain(10_000),
    /** The event that `produce` publishes, for a counterpart that shall send the same. */
    sampleEvent: (room: string) => messageIn(opened(), room, 0).event,
  };
}

async function listen(deps: Deps): Promise<{ url: string; events: string }> {
  const delta = createDelta(deps, { registry: createRegistry() });
  const bonfire = createBonfire(deps);
  const server = Bun.serve<SocketData>({
    port: 0,
    hostname: "127.0.0.1",
    websocket: bonfire.websocket,
    fetch: (request, self) =>
      requestPath(request.url) === "/ws"
        ? bonfire.fetch(request, self)
        : delta.fetch(request, self.requestIP(request)?.address ?? ""),
  });
  await bonfire.start(server);
  return { url: `http://127.0.0.1:${server.port}`, events: `ws://127.0.0.1:${server.port}/ws` };
}

const AUTHOR = "01H000000000000000000AUTHR";
const user = viewStaticUser(storedUser(AUTHOR, { username: "author", ...authorFields }), { online: true });
const member = viewMember(memberOf("01H000000000000000000SERVR", AUTHOR, []));

/** What a message that was sent over REST is announced with. */
function messageIn({ ids }: Deps, channel: string, sequence: number): Publication {
  const id = ids.ulid();
  return messageCreate({ _id: id, nonce: id, channel, author: AUTHOR, content: contentOf(sequence), user, member });
}

function fail(): never {
  throw new Error("call start first");
}

answerCommands(ermine());
