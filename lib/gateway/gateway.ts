/**
 * Sockets to sessions. A frame comes from the bus (`dispatcher`), a rule or the topics decide who gets it (`rules/`,
 * `route-by-topics`), the outlet puts it on native topics; what connections share is in the `world`. One reader of the
 * bus per process, whatever the number of sockets (P5).
 */
import type { BusReading } from "@lib/bus/bus.ts";
import { decodeJsonFrame } from "@lib/codec/json.ts";
import { decodeMsgpackFrame } from "@lib/codec/decode-msgpack.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { ApiError } from "@lib/error/fail.ts";
import { parseClientEvent } from "@lib/event/client-events.ts";
import { errorEvent } from "@lib/event/connection-events.ts";
import { expireWatches, handleClientEvent } from "@lib/gateway/client-events.ts";
import { type CloseCode, closeCodes } from "@lib/gateway/close-codes.ts";
import { Connection, type SocketData, type Variant } from "@lib/gateway/connection.ts";
import { NOWHERE, createDispatcher } from "@lib/gateway/dispatcher.ts";
import { Frames } from "@lib/gateway/frames.ts";
import { parseHandshake } from "@lib/gateway/handshake.ts";
import { forgetLingering, linger, resumeSessionOf } from "@lib/gateway/lingering.ts";
import { dropUserIfUnused, holdServer, leaveWorld } from "@lib/gateway/membership.ts";
import { createOutlet } from "@lib/gateway/outlet.ts";
import { prepare, prepareFromLost, sendSlowmodes } from "@lib/gateway/prepare.ts";
import { createPresence } from "@lib/gateway/presence.ts";
import { recentEntries } from "@lib/gateway/recent-entries.ts";
import { resumeKeysOf } from "@lib/gateway/resume.ts";
import { readServer } from "@lib/gateway/snapshot.ts";
import { emptyWorld } from "@lib/gateway/world.ts";
import type { Server, ServerWebSocket, WebSocketHandler } from "bun";

export type Gateway = {
  /** Upgrades a request; anything else gets an HTTP error. */
  upgrade(request: Request, server: Server<SocketData>, address: string): Response | undefined;
  websocket: WebSocketHandler<SocketData>;
  /** Starts reading the bus; sockets are accepted from then on. */
  start(server: Server<SocketData>): Promise<void>;
  /** Tells every client to reconnect elsewhere, waits until they are gone, stops reading. */
  drain(timeoutMs: number): Promise<void>;
  readonly stats: { readonly connections: number };
};

/** A client that closes with this code does not mean to come back. */
const FAREWELL = 1000;
/** Who comes back so soon after losing a resumable connection was never offline to others. */
const AWAY_UNNOTICED_MS = 15_000;

/** Opens a gateway over the given ports. */
export function createGateway(deps: Deps): Gateway {
  const limits = deps.settings.ermine.gateway;
  const world = emptyWorld();
  const connections = new Set<Connection>();
  const perAddress = new Map<string, number>();
  const sockets: Record<Variant, number> = { 0: 0, 1: 0, 2: 0, 3: 0 };
  let bunServer: Server<SocketData> | null = null;
  let reading: BusReading | null = null;
  let timer: ReturnType<typeof setInterval> | null = null;
  let sweptMs = 0;

  const out = createOutlet((topic, frame) => void bunServer?.publish(topic, frame), sockets);
  const loadServer = async (id: string) => {
    const read = await readServer(deps, id);
    return read && (world.servers.get(id) ?? holdServer(world, read.server, read.channels));
  };
  const dispatcher = createDispatcher({ world, out, log: deps.log, loadServer, onGap });
  const presence = createPresence(deps);
  const lingerMs = limits.resume_window_seconds * 1000;
  const recent = recentEntries({ ageMsMax: lingerMs, bytesMax: limits.resume_window_bytes, keysOf: resumeKeysOf });
  const parts = { deps, world, dispatcher, loadServer, sockets, recent };

  return {
    upgrade,
    websocket: websocketHandler(),
    start,
    drain,
    stats: {
      get connections() {
        return connections.size;
      },
    },
  };

  async function start(server: Server<SocketData>): Promise<void> {
    bunServer = server;
    dispatcher.listeners.add((entry) => recent.add(entry, deps.clock.now()));
    const begun = await deps.bus.read({ onEntries: dispatcher.push, onGap: dispatcher.pushGap });
    recent.beginAt(begun.position);
    if (dispatcher.position === NOWHERE) dispatcher.position = begun.position;
    reading = begun;
    if (limits.clear_presence)
      await deps.keys
        .clearUnleased()
        .catch((error) => deps.log.warn("presence of a former run was not cleared", { error }));
    timer = setInterval(sweep, Math.min(1_000, limits.lease_ms / 4));
  }

  function upgrade(request: Request, server: Server<SocketData>, address: string): Response | undefined {
    if (!reading) return new Response("starting", { status: 503, headers: { "Retry-After": "1" } });
    const open = perAddress.get(address) ?? 0;
    if (open >= limits.connections_per_address) return new Response(closeCodes.policy.reason, { status: 429 });
    const handshake = parseHandshake(new URL(request.url).search);
    const connection = new Connection(deps.ids.nanoid(32), handshake, address, deps.clock.now());
    if (server.upgrade(request, { data: { connection } })) return undefined;
    return new Response("this is a WebSocket endpoint", { status: 426, headers: { Upgrade: "websocket" } });
  }

  function websocketHandler(): WebSocketHandler<SocketData> {
    return {
      open: onOpen,
      message: (ws, message) => onMessage(ws.data.connection, message),
      close: (ws, code) => onClose(ws.data.connection, code),
      maxPayloadLength: limits.frame_bytes_max,
      idleTimeout: Math.min(960, Math.round(limits.idle_timeout_ms / 1000)),
      sendPings: true,
      backpressureLimit: limits.backpressure_bytes,
      closeOnBackpressureLimit: true,
    };
  }

  function onOpen(ws: ServerWebSocket<SocketData>): void {
    const { connection } = ws.data;
    connection.attach(ws);
    connections.add(connection);
    perAddress.set(connection.address, (perAddress.get(connection.address) ?? 0) + 1);
    if (connection.handshake.token !== null) void logIn(connection, connection.handshake.token);
  }

  function onMessage(connection: Connection, message: string | Buffer<ArrayBuffer>): void {
    const event = parseClientEvent(decode(connection, message));
    if (!event) return;
    if (connection.state === "live") handleClientEvent(deps, world, connection, event, dispatcher.position);
    else if (connection.state === "waiting" && event.type === "Authenticate") void logIn(connection, event.token);
    else if (connection.state === "preparing" && event.type === "Ping")
      handleClientEvent(deps, world, connection, event, null);
  }

  async function logIn(connection: Connection, token: string): Promise<void> {
    connection.state = "preparing";
    try {
      if (connection.handshake.resume && lingerMs > 0) connection.resumeSession = resumeSessionOf(connection.id, token);
      if (prepareFromLost(parts, connection, token)) return await presence.open(connection);
      if (!(await prepare(parts, connection, token))) return connection.close(closeCodes.unavailable);
      await sendSlowmodes(deps, connection);
      await presence.open(connection);
    } catch (error) {
      refuse(connection, error);
    }
  }

  function refuse(connection: Connection, error: unknown): void {
    if (error instanceof ApiError) {
      connection.send(new Frames(errorEvent({ data: { type: error.type, ...error.extra, location: "gateway" } })));
      return connection.close(closeCodes.authenticationFailed);
    }
    deps.log.error("connection could not be prepared", { error });
    connection.close(closeCodes.unavailable);
  }

  function onClose(connection: Connection, code: number): void {
    const wasLive = connection.state === "live";
    connection.state = "closed";
    connections.delete(connection);
    const left = (perAddress.get(connection.address) ?? 1) - 1;
    if (left > 0) perAddress.set(connection.address, left);
    else perAddress.delete(connection.address);
    if (!wasLive) return;
    sockets[connection.variant]--;
    const mayReturn = connection.resumeSession !== "" && code !== FAREWELL && reading !== null;
    const nowMs = deps.clock.now();
    if (mayReturn) linger(world.lost, connection, nowMs + lingerMs);
    leaveWorld(world, connection);
    if (mayReturn) presence.keep(connection, nowMs + Math.min(lingerMs, AWAY_UNNOTICED_MS));
    else void presence.close(connection);
  }

  function sweep(): void {
    const nowMs = deps.clock.now();
    for (const connection of connections) {
      const isLate = connection.state === "waiting" && nowMs - connection.openedMs > limits.auth_deadline_ms;
      if (isLate) connection.close(closeCodes.authenticationTimeout);
      if (connection.watching.size > 0) expireWatches(world, connection, nowMs);
    }
    for (const user of forgetLingering(world.lost, ({ untilMs }) => untilMs <= nowMs)) dropUserIfUnused(world, user);
    void presence.endKept(nowMs);
    if (nowMs - sweptMs < limits.lease_ms / 4) return;
    sweptMs = nowMs;
    presence.beat().catch((error) => deps.log.warn("presence could not be renewed", { error }));
  }

  /** Events were lost: nothing here can be trusted, so everybody reads a fresh `Ready` (P2). */
  function onGap(): void {
    deps.log.error("events were lost: closing all sockets", { sockets: connections.size });
    recent.breakOff();
    for (const user of forgetLingering(world.lost, () => true)) dropUserIfUnused(world, user);
    for (const connection of connections) connection.resumeSession = "";
    closeAll(closeCodes.gap);
  }

  function closeAll(code: CloseCode): void {
    for (const connection of [...connections]) connection.close(code);
  }

  async function drain(timeoutMs: number): Promise<void> {
    if (timer) clearInterval(timer);
    const stopped = reading?.stop();
    reading = null;
    closeAll(closeCodes.restarting);
    const deadline = performance.now() + timeoutMs;
    while (connections.size > 0 && performance.now() < deadline) await Bun.sleep(10);
    void presence.endKept(Infinity);
    await Promise.race([presence.settle(), Bun.sleep(Math.max(0, deadline - performance.now()))]);
    await stopped;
  }
}

/** A frame of the wrong kind decodes to nothing (conformance events-7, events-8). */
function decode({ handshake }: Connection, message: string | Buffer<ArrayBuffer>): unknown {
  if (handshake.format === "json") return typeof message === "string" ? decodeJsonFrame(message) : null;
  return typeof message === "string" ? null : decodeMsgpackFrame(message);
}
