import type { SocketData } from "@lib/gateway/connection.ts";
import { Gateway } from "@lib/gateway/gateway.ts";
import { testConnection } from "@tests/harness/test-connection.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { QUIET } from "@tests/harness/gateway-community.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { testGateway } from "@tests/harness/test-gateway.ts";
import type { Server, ServerWebSocket } from "bun";
import { describe, expect, test } from "bun:test";

/** A socket whose end is in the hands of the test, to the turn of the event loop; what was sent to it, as text. */
function socketOf(id: string, query: string) {
  const sent: string[] = [];
  const connection = testConnection(id, query);
  const ws = {
    data: { connection },
    send: (frame: string) => sent.push(frame),
    close() {},
    subscribe() {},
    unsubscribe() {},
    isSubscribed: () => false,
    subscriptions: [],
    getBufferedAmount: () => 0,
  };
  return { sent, connection, ws: ws as unknown as ServerWebSocket<SocketData> }; // as much of it as the gateway uses
}

describe.each(profiles)("admission on $name", (profile) => {
  test("P21 P25: before the bus is read and after draining nobody is admitted, and told to come again", async () => {
    await using host = await testGateway({ profile });
    const gateway = new Gateway(host.deps);
    const server = { publish: () => 0, upgrade: () => true } as unknown as Server<SocketData>; // all that it uses of it
    const ask = () => gateway.upgrade(new Request("http://localhost/"), server, "192.0.2.1");

    const before = ask();
    await gateway.start(server);
    const meanwhile = ask();
    await gateway.drain(1_000);
    const after = ask();

    expect(meanwhile).toBeUndefined(); // upgraded
    expect([before, after].map((answer) => [answer?.status, answer?.headers.get("retry-after")])).toEqual([
      [503, "1"],
      [503, "1"],
    ]);
  });

  test.each([true, false])(
    "P8: who is gone before their turn comes is not let in, and is online to nobody (continuing a lost connection: %p)",
    async (isContinued) => {
      await using host = await testGateway({ profile });
      const user = await host.user(QUIET);
      const gateway = new Gateway(host.deps);
      await gateway.start({ publish: () => 0 } as unknown as Server<SocketData>); // all that it uses of it
      const { open, close } = gateway.websocket;
      const isOnline = async () => (await host.deps.keys.listOnline([user.id])).size > 0;
      const lost = socketOf("lost", `token=${user.token}&resume=true`);
      await open?.(lost.ws);
      await eventually(() => lost.sent.some((frame) => frame.includes('"Ready"')));
      await eventually(isOnline);
      const { position } = JSON.parse(lost.sent.at(-1) ?? "") as { position: string };
      await close?.(lost.ws, 1006, "");

      const point = `&session=${lost.connection.resumeSession}&position=${position}`;
      const hasty = socketOf("hasty", `token=${user.token}&resume=true${isContinued ? point : ""}`);
      await open?.(hasty.ws);
      await close?.(hasty.ws, 1006, "");
      const patient = socketOf("patient", `token=${user.token}`);
      await open?.(patient.ws);
      await eventually(() => patient.sent.some((frame) => frame.includes('"Ready"'))); // its turn comes later
      await close?.(patient.ws, 1000, "");
      host.clock.advance(60_000);

      expect(hasty.sent).toEqual([]);
      await eventually(async () => !(await isOnline()));
      await gateway.drain(1_000);
    },
  );
});
