import { createServices } from "@services/ermine/create-services.ts";
import { publicListener } from "@services/ermine/public-listener.ts";
import { WAIT_MS_MAX } from "@lib/domain/exclusive.ts";
import { createRegistry, type Registry } from "@lib/telemetry/metrics.ts";
import type { ServiceName } from "@services/ermine/service-names.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { openSocket } from "@tests/harness/socket.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";
import { expect, spyOn, test } from "bun:test";

/** All services on one free port, beside those of the test, over the same drivers. */
async function openFront(
  api: TestApi,
  { names = ["delta", "bonfire"], registry = createRegistry() }: { names?: ServiceName[]; registry?: Registry } = {},
) {
  const { settings } = api.deps;
  settings.ermine.listen = "127.0.0.1:0";
  settings.ermine.services = { ...settings.ermine.services, delta: "127.0.0.1:0", bonfire: "127.0.0.1:0" };
  const services = createServices(names, api.deps, registry);
  const listener = publicListener(names, services, api.deps);
  await services.bonfire?.start(listener);
  return {
    url: `http://127.0.0.1:${listener.port}`,
    async [Symbol.asyncDispose]() {
      await services.bonfire?.drain(1_000);
      await listener.stop(true);
    },
  };
}

test("GET /api/ on the one port is the root document, and so is / of the API alone", async () => {
  await using api = await testApi();
  await using front = await openFront(api);
  await using alone = await openFront(api, { names: ["delta"] });
  for (const url of [`${front.url}/api/`, `${front.url}/api`, `${alone.url}/`]) {
    const response = await fetch(url);
    expect([response.status, await response.json()]).toMatchObject([200, { revolt: expect.any(String) }]);
  }
});

test.each(["/api/", "/api/ratelimit", "/api/users/me", "/api/nowhere", "/api/users/me/default_avatar", "/"])(
  "http-5: HEAD %s answers like GET, with the length of the body that it does not send",
  async (path) => {
    await using api = await testApi();
    await using front = await openFront(api);
    const [head, get] = [await fetch(front.url + path, { method: "HEAD" }), await fetch(front.url + path)];
    const shown = ({ status, headers }: Response) => [
      status,
      headers.get("content-type"),
      headers.get("content-length"),
    ];
    expect(shown(head)).toEqual(shown(get));
    expect(head.headers.get("content-length")).toBe(String((await get.arrayBuffer()).byteLength));
    expect(await head.text()).toBe("");
  },
);

test("settings-46: clients discover the API by the well-known address, from any origin", async () => {
  await using api = await testApi({ settings: { hosts: { api: "https://chat.test/api" } } });
  await using front = await openFront(api);
  const response = await fetch(`${front.url}/.well-known/stoat`, { headers: { Origin: "https://elsewhere.test" } });
  expect([response.status, await response.json()]).toEqual([200, { api: "https://chat.test/api" }]);
  expect(response.headers.get("access-control-allow-origin")).toBe("*");
});

test("settings-47: a WebSocket on /ws reaches the gateway, any other path does not", async () => {
  await using api = await testApi();
  await using front = await openFront(api);
  const { token, id } = await api.register();
  await using socket = await openSocket(`${front.url.replace("http", "ws")}/ws`, token);
  const { users = [] } = await socket.take("Ready");
  expect(users.map(({ _id }) => _id)).toEqual([id]);
  const upgrade = { Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": "13" };
  const elsewhere = await fetch(`${front.url}/events`, {
    headers: { ...upgrade, "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==" },
  });
  expect(elsewhere.status).toBe(404);
});

test("P15: a request without a Host is answered, one whose Host cannot be is refused, typed, and nothing of ours is shown", async () => {
  await using api = await testApi();
  await using front = await openFront(api);
  await using alone = await openFront(api, { names: ["delta"] });

  expect(await answerTo(front.url, "GET /api/ HTTP/1.0\r\n\r\n")).toStartWith("HTTP/1.1 200");
  expect(await answerTo(alone.url, "GET / HTTP/1.0\r\n\r\n")).toStartWith("HTTP/1.1 200");
  expect(await answerTo(front.url, "GET /api/ HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n")).toStartWith(
    "HTTP/1.1 200",
  );
  const refused = await answerTo(front.url, "GET /api/ HTTP/1.1\r\nHost: x:99999\r\nConnection: close\r\n\r\n");
  expect(refused).toStartWith("HTTP/1.1 400");
  expect(refused).toContain(`"type":"FailedValidation"`);
  // Also behind a request whose host was looked at, of which this one is no part.
  for (const host of ["x:81", "x:81000"])
    expect(await answerTo(front.url, `GET /api/ HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).toStartWith(
      host === "x:81" ? "HTTP/1.1 200" : "HTTP/1.1 400",
    );
});

/** Everything that comes back on a connection until it ends. */
async function answerTo(url: string, request: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let answer = "";
  await Bun.connect({
    hostname,
    port: Number(port),
    socket: {
      open: (socket) => void socket.write(request),
      data(socket, chunk) {
        answer += chunk.toString();
        if (answer.includes("\r\n\r\n")) socket.end();
      },
      close: () => resolve(answer),
      error: (_, error) => reject(error),
    },
  });
  return promise;
}

test("P15: a client that goes away while it sends its body makes no server error", async () => {
  await using api = await testApi();
  const registry = createRegistry();
  await using front = await openFront(api, { registry });
  const { hostname, port } = new URL(front.url);
  const client = await Bun.connect({ hostname, port: Number(port), socket: { data() {} } });
  client.write('POST /api/auth/session/login HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"a');
  client.end();
  const answered = await eventually(() => /^rocket_http_requests_total\{.*/m.exec(registry.expose())?.[0], {
    describe: "the request to be counted",
  });
  expect(answered).toContain('status="400"');
});

test("people are told what runs here, and unknown paths are not found", async () => {
  await using api = await testApi();
  await using front = await openFront(api);
  const page = await fetch(`${front.url}/`);
  expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
  expect((await fetch(`${front.url}/nothing`)).status).toBe(404);
});

test("P15: a request that waits for its turn is not cut off before it is answered", async () => {
  const serve = spyOn(Bun, "serve");
  await using api = await testApi();
  await using _front = await openFront(api);
  const idleSeconds = serve.mock.calls.at(-1)?.[0].idleTimeout ?? 0;
  serve.mockRestore();
  expect(idleSeconds * 1000).toBeGreaterThan(WAIT_MS_MAX);
});
