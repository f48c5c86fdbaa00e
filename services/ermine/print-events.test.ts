import { printEvents } from "@services/ermine/print-events.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { QUIET } from "@tests/harness/gateway-community.ts";
import { startTcpProxy } from "@tests/harness/tcp-proxy.ts";
import { testGateway } from "@tests/harness/test-gateway.ts";
import { expect, test } from "bun:test";

/** Prints the events of a token into lists, until it is stopped. */
function printing(url: string, token: string) {
  const [lines, notices]: [string[], string[]] = [[], []];
  const stop = new AbortController();
  const ended = printEvents({
    url,
    token,
    signal: stop.signal,
    onEvent: (line) => void lines.push(line),
    onNotice: (text) => void notices.push(text),
  });
  return { lines, notices, ended, stop: () => stop.abort(), types: () => lines.map((line) => JSON.parse(line).type) };
}

test("events are printed a line each, and go on after a lost connection without a gap", async () => {
  await using gateway = await testGateway();
  using wire = startTcpProxy({ hostname: "127.0.0.1", port: Number(new URL(gateway.url).port) });
  const url = Object.assign(new URL(gateway.url), { port: wire.port }).href;
  const [reader, writer] = [await gateway.user(QUIET), await gateway.user(QUIET)];
  const direct = await gateway.direct(reader.id, writer.id);
  const { lines, notices, types, ended, stop } = printing(url, reader.token);
  await eventually(() => types().includes("Ready"));

  await gateway.say(direct._id, writer.user, "first");
  await eventually(() => types().includes("Message"));
  wire.cut();
  await eventually(() => gateway.stats.connections === 0);
  await gateway.say(direct._id, writer.user, "second");
  wire.restore();
  await eventually(() => types().includes("Resumed"));
  await eventually(() => types().filter((type) => type === "Message").length === 2);
  stop();

  expect(await ended).toBe(true);
  expect(types()).toEqual(["Authenticated", "Ready", "Message", "Authenticated", "Resumed", "Message"]);
  expect(lines.every((line) => !line.includes("\n"))).toBe(true);
  expect(notices.length).toBeGreaterThan(0);
});

test("a token that is not valid ends it, and is not shown", async () => {
  await using gateway = await testGateway();
  const { notices, ended, types } = printing(gateway.url, "no-such-token");

  expect(await ended).toBe(false);
  expect(types()).toEqual(["Error"]);
  expect(notices).toEqual([expect.stringMatching(/^closed: 4002/)]);
  expect(notices.join()).not.toContain("no-such-token");
});
