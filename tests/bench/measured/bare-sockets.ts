// The least that can be done: Bun.serve, one subscription per socket and room, server.publish of a finished frame.
import { memoryBus } from "@lib/bus/memory.ts";
import { encodeJson } from "@lib/codec/json.ts";
import { encodeMsgpack } from "@lib/codec/msgpack.ts";
import type { Event } from "@lib/event/event.ts";
import { Settings } from "@lib/settings/settings.ts";
import { markerOf } from "@tests/bench/measured/marker.ts";
import { createProducer } from "@tests/bench/measured/producer.ts";
import { answerCommands } from "@tests/bench/process/commands.ts";
import { ownUsage } from "@tests/bench/process/own-usage.ts";

/** What the bare server is asked. */
export type BareSocketCommands = ReturnType<typeof bareSockets>;

function bareSockets() {
  const bus = memoryBus({ gatherMs: Settings.parse({}).ermine.gateway.gather_ms }); // as Ermine gathers
  const server = Bun.serve<{ rooms: string[] }>({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request, self) => {
      const rooms = (new URL(request.url).searchParams.get("rooms") ?? "").split(",");
      return self.upgrade(request, { data: { rooms } }) ? undefined : new Response(null, { status: 426 });
    },
    websocket: {
      idleTimeout: 120, // as the gateway: its pings are part of holding a socket
      backpressureLimit: 4_194_304,
      closeOnBackpressureLimit: true,
      open(ws) {
        for (const room of ws.data.rooms) ws.subscribe(room);
        ws.send(`{"type":"Ready"}`);
      },
      message() {},
    },
  });
  let frameOf: Frame = () => "";
  const frames: ReturnType<Frame>[] = [];
  const producer = createProducer({
    make(room, sequence) {
      frames[sequence] = frameOf(sequence);
      return { topics: [room], event: { type: "", sequence } };
    },
    publish: ({ topics, event }) => void bus.publish(topics, event),
  });
  return {
    ...ownUsage,
    ...producer,
    async start({ event, format }: { event: Event; format: "json" | "msgpack" }): Promise<{ url: string }> {
      frameOf = format === "json" ? textFrame(encodeJson(event)) : binaryFrame(encodeMsgpack(event));
      await bus.read({
        onEntries(entries) {
          for (const { topics, event } of entries) {
            server.publish(topics[0] ?? "", frames[Number(event["sequence"])] ?? "");
          }
        },
        onGap() {},
      });
      return { url: `ws://127.0.0.1:${server.port}/` };
    },
  };
}

type Frame = (sequence: number) => string | Uint8Array<ArrayBuffer>;

/** The frame of message 0 with another number in it. */
function textFrame(text: string): Frame {
  const at = text.indexOf(markerOf(0));
  const [before, after] = [text.slice(0, at), text.slice(at + markerOf(0).length)];
  return (sequence) => Buffer.from(before + markerOf(sequence) + after).toString(); // in one piece
}

function binaryFrame(bytes: Uint8Array<ArrayBuffer>): Frame {
  const at = Buffer.from(bytes).indexOf(markerOf(0));
  return (sequence) => {
    const copy = bytes.slice();
    Buffer.from(copy.buffer).write(markerOf(sequence), at);
    return copy;
  };
}

answerCommands(bareSockets());
