// The real command on a fresh folder: what a newcomer runs, stops and runs again.
import { describe, expect, test } from "bun:test";
import * as accounts from "@lib/contract/accounts.ts";
import * as channelInvites from "@lib/contract/channel-invites.ts";
import * as invites from "@lib/contract/invites.ts";
import * as messages from "@lib/contract/messages.ts";
import * as root from "@lib/contract/root.ts";
import * as servers from "@lib/contract/servers.ts";
import { createClient } from "@lib/rpc/client.ts";
import { collections } from "@lib/store/collections.ts";
import { openSqlite } from "@lib/store/sqlite/database.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { freePort } from "@tests/harness/free-port.ts";
import { embeddedAt, runErmine, spawnErmine, temporaryFolder } from "@tests/harness/process.ts";
import { openSocket } from "@tests/harness/socket.ts";
import { register } from "@tests/harness/test-api.ts";
import { mkdir, stat } from "node:fs/promises";

/** Starting a process, twice in some tests, on a machine that is busy with other tests. */
const SLOW_MS = 30_000;

describe("ermine start", () => {
  test(
    "P22, P25: a first run says where everything is, and keeps health and metrics off the public paths",
    async () => {
      await using folder = await temporaryFolder();
      const { origin, apiUrl, eventsUrl, env } = embeddedAt(`${folder.path}/data`);
      await using ermine = spawnErmine(["start"], env);
      await ermine.started();

      for (const told of [`${origin.replace("127.0.0.1", "localhost")}/api`, `${ermine.privateUrl}/health/ready`]) {
        expect(ermine.stdout).toContain(told);
      }
      expect(ermine.stdout).toContain(`${folder.path}/data`);
      expect((await stat(`${folder.path}/data/secrets.toml`)).mode & 0o777).toBe(0o600);
      const config = await createClient(apiUrl).call(root.queryNode, {});
      expect(config.ws).toBe(eventsUrl.replace("127.0.0.1", "localhost"));
      const page = await fetch(origin);
      expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
      expect(await page.text()).toContain(config.ws);
      const wellKnown = await fetch(`${origin}/.well-known/stoat`);
      expect(await wellKnown.json()).toEqual({ api: `${origin.replace("127.0.0.1", "localhost")}/api` });
      expect(wellKnown.headers.get("access-control-allow-origin")).toBe("*");

      expect(await (await fetch(`${ermine.privateUrl}/metrics`)).text()).toContain("# TYPE ");
      expect((await fetch(`${ermine.privateUrl}/health/ready`)).status).toBe(200);
      for (const path of ["/metrics", "/health/ready", "/api/metrics", "/api/health/ready", "/ws/metrics"]) {
        const { status } = await fetch(`${origin}${path}`);
        expect({ path, status }).toEqual({ path, status: path.startsWith("/ws") ? 426 : 404 });
      }
    },
    SLOW_MS,
  );

  test(
    "P9, P25: Ctrl-C lets everything finish, and after the next start nothing is lost, nothing doubled, and clients are back",
    async () => {
      await using folder = await temporaryFolder();
      const { apiUrl, eventsUrl, env } = embeddedAt(folder.path);
      await using first = spawnErmine(["start"], env);
      await first.started();
      const [alice, bob] = await Promise.all([register(createClient(apiUrl)), register(createClient(apiUrl))]);
      const { server, channels } = await alice.client.call(servers.createServer, { body: { name: "The burrow" } });
      const target = channels[0]?._id ?? "";
      const { _id: code } = await alice.client.call(channelInvites.createInvite, { params: { target } });
      await bob.client.call(invites.joinInvite, { params: { target: code } });
      await using socket = await openSocket(eventsUrl, bob.token, { reconnect: true });
      const say = async (content: string) => {
        await alice.client.call(messages.sendMessage, { params: { target }, body: { content } });
        return content;
      };
      const said = [await say("one"), await say("two")];

      const late = Promise.allSettled(["three", "four", "five"].map(say)); // may come when nobody listens any more
      expect(await first.end("SIGINT")).toBe(0);
      for (const result of await late) if (result.status === "fulfilled") said.push(result.value);
      await using second = spawnErmine(["start"], env);
      await second.started();
      await socket.take("Ready");
      const ready = await socket.take("Ready");
      said.push(await say("six"));

      expect(ready.servers?.map(({ _id }) => _id)).toEqual([server._id]);
      const heard = () => socket.events.flatMap((event) => (event.type === "Message" ? (event.content ?? []) : []));
      await eventually(() => heard().includes("six"), { describe: "a message after the restart" });
      expect(new Set(heard()).size).toBe(heard().length);
      const history = await bob.client.call(messages.queryMessages, { params: { target }, query: { limit: 100 } });
      const kept = (Array.isArray(history) ? history : history.messages).flatMap(({ content }) => content ?? []);
      expect(new Set(kept).size).toBe(kept.length);
      expect(kept).toEqual(expect.arrayContaining(said));
      expect(socket.closes[0]).toMatchObject({ code: 1012 }); // "service restart": clients come back at once
      expect(await second.end("SIGTERM")).toBe(0);
    },
    SLOW_MS,
  );

  test(
    "P25: neither clients that stall in a request nor a mail server that is away make the end unclean",
    async () => {
      await using folder = await temporaryFolder();
      const { apiUrl, env } = embeddedAt(folder.path);
      const away = { REVOLT__API__SMTP__HOST: "127.0.0.1", REVOLT__API__SMTP__PORT: `${freePort()}` };
      await using ermine = spawnErmine(["start"], { ...env, ...away, ERMINE__SHUTDOWN_MS: "2500" });
      await ermine.started();
      const body = { email: "alice@posteo.de", password: "a long passphrase 7" };
      await createClient(apiUrl).call(accounts.createAccount, { body });
      const { hostname, port } = new URL(apiUrl);
      const inHeader = "GET /api/ HTTP/1.1\r\nHost: x\r\nHalf-a-head";
      const inBody = "POST /api/auth/session/login HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{";
      for (const text of [inHeader, inBody]) {
        const socket = await Bun.connect({ hostname, port: Number(port), socket: { data() {} } });
        socket.write(text);
        socket.flush();
      }
      await createClient(apiUrl).call(root.queryNode, {}); // by now the others have been read
      expect(await ermine.end("SIGTERM")).toBe(0);
      expect(ermine.stderr).toContain("requests cut off at the end");
      expect(ermine.stderr).toContain("mail given up at the end");
    },
    SLOW_MS,
  );

  test(
    "P24: a port that another process has stops the start, which says which, and the other goes on",
    async () => {
      await using folder = await temporaryFolder();
      const { apiUrl, env } = embeddedAt(`${folder.path}/first`);
      await using first = spawnErmine(["start"], env);
      await first.started();
      const [second, third] = [embeddedAt(`${folder.path}/second`).env, embeddedAt(`${folder.path}/third`).env];

      const [onPublic, onPrivate] = await Promise.all([
        runErmine(["start"], { ...second, ERMINE__LISTEN: env.ERMINE__LISTEN }),
        runErmine(["start"], { ...third, ERMINE__PRIVATE_LISTEN: new URL(first.privateUrl).host }),
      ]);

      for (const { code, stdout } of [onPublic, onPrivate]) expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(onPublic.stderr).toContain(`ermine.listen (${env.ERMINE__LISTEN}): another process`);
      expect(onPrivate.stderr).toContain(`ermine.private_listen (${new URL(first.privateUrl).host}): another process`);
      expect((await fetch(apiUrl)).status).toBe(200);
    },
    SLOW_MS,
  );

  test(
    "P24: data that another process has open stops the start, also of another port, until that process has ended",
    async () => {
      await using folder = await temporaryFolder();
      await using first = spawnErmine(["start"], embeddedAt(folder.path).env);
      await first.started();
      const elsewhere = embeddedAt(folder.path).env;

      const { code, stdout, stderr } = await runErmine(["start"], elsewhere);

      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toContain(`ermine.store (${folder.path}/ermine.db): another process`);
      await first.end("SIGKILL");
      await using second = spawnErmine(["start"], elsewhere);
      await second.started();
      expect(await second.end("SIGTERM")).toBe(0);
    },
    SLOW_MS,
  );

  test(
    "P24: a database that cannot be used ends the process, after it said why",
    async () => {
      await using folder = await temporaryFolder();
      const database = await openSqlite(`${folder.path}/ermine.db`);
      const earlier = { _id: 0, revision: 51 };
      await database.collection(collections.migrations).insertOne(earlier);
      await database.close();

      const { code, stdout, stderr } = await runErmine(["start"], embeddedAt(folder.path).env);

      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toContain("revision 51");
    },
    SLOW_MS,
  );
});

describe("ermine", () => {
  test(
    "--help and --version answer, and unknown words are refused with a hint",
    async () => {
      const [help, version, unknown] = await Promise.all([
        runErmine(["--help"]),
        runErmine(["--version"]),
        runErmine(["dance"]),
      ]);
      expect(help.code).toBe(0);
      expect(help.stdout).toContain("ermine start");
      expect(version).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
      expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining("dance") });
    },
    SLOW_MS,
  );

  test(
    "P17: settings are shown with where they come from, secrets are not",
    async () => {
      await using folder = await temporaryFolder();
      await Bun.write(`${folder.path}/Ermine.toml`, '[api.smtp]\nhost = "mail.test"\npassword = "hunter two"\n');
      const env = { ERMINE__DATA_DIR: `${folder.path}/data`, ERMINE__STORE: "mongodb://user:hunter3@db.test" };
      const { code, stdout, stderr } = await runErmine(["settings"], env, folder.path);

      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/api\.smtp\.host = .*mail\.test.*Ermine\.toml/);
      expect(stdout).toMatch(/ermine\.store = .*db\.test.*ERMINE__STORE/);
      expect(stdout).not.toMatch(/hunter/);
    },
    SLOW_MS,
  );

  test(
    "P24: a bad setting stops the start with its key, where it stands and why",
    async () => {
      await using folder = await temporaryFolder();
      await mkdir(`${folder.path}/data`);
      await Bun.write(`${folder.path}/Ermine.toml`, '[ermine]\nlog_level = "loud"\ncolour = "white"\n');
      const env = { ERMINE__DATA_DIR: `${folder.path}/data`, ERMINE__LISTEN: "nowhere" };
      const { code, stdout, stderr } = await runErmine(["start"], env, folder.path);

      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      for (const [key, source] of [
        ["ermine.log_level", `${folder.path}/Ermine.toml`],
        ["ermine.colour", `${folder.path}/Ermine.toml`],
        ["ermine.listen", "ERMINE__LISTEN"],
      ]) {
        const line = stderr.split("\n").find((text) => text.includes(key ?? ""));
        expect(line).toContain(source ?? "");
      }
      expect(stderr).toContain("there is no such setting");
    },
    SLOW_MS,
  );

  test(
    "P24: services that run apart are refused while they would talk to nobody",
    async () => {
      await using folder = await temporaryFolder();
      const { code, stderr } = await runErmine(["start", "delta"], { ERMINE__DATA_DIR: folder.path });
      expect(code).toBe(1);
      expect(stderr).toContain("ermine.bus");
    },
    SLOW_MS,
  );

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 0],
  ] as const)(
    "P25: %s ends a start that waits for a Redis which says nothing, with %p",
    async (signal, code) => {
      await using folder = await temporaryFolder();
      const silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
      const { origin, env } = embeddedAt(folder.path);
      await using ermine = spawnErmine(["start"], { ...env, ERMINE__KEYS: `redis://127.0.0.1:${silent.port}` });
      await eventually(() =>
        fetch(origin).then(
          ({ ok }) => ok,
          () => false,
        ),
      ); // its events service is not up yet

      void ermine.end(signal); // as a terminal does, and npm after it
      expect(await ermine.end(signal)).toBe(code);
      silent.stop(true);
    },
    SLOW_MS,
  );
});
