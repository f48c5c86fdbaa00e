/**
 * Sockets to sessions. A frame comes from the bus (`dispatcher`), a rule or the topics decide who gets it (`rules/`,
 * `route-by-topics`), the outlet puts it on native topics. What one socket has of its own is in its `Connection`, what
 * they share is in the `world`. A socket gets there from its token by `prepare`, which reads a `snapshot`, or continues
 * a lost one: `lingering` knows those, `recent-entries` what they missed, `resume` what of it they are told. One reader
 * of the bus per process, whatever the number of sockets (P5).
 */
import type { BusReading } from "@lib/bus/bus.ts";
import { decodeJsonFrame } from "@lib/codec/json.ts";
import { decodeMsgpackFrame } from "@lib/codec/decode-msgpack.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { ApiError } from "@lib/error/fail.ts";
import { parseClientEvent } from "@lib/event/client-events.ts";
import { errorEvent } from "@lib/event/connection-events.ts";
import { handleClientEvent } from "@lib/gateway/client-events.ts";
import { type CloseCode, closeCodes } from "@lib/gateway/close-codes.ts";
import { Connection, type SocketData } from "@lib/gateway/connection.ts";
import { forgetClosed } from "@lib/gateway/continued.ts";
import { NOWHERE, createDispatcher } from "@lib/gateway/dispatcher.ts";
import { Frames } from "@lib/gateway/frames.ts";
import { type Claim, parseHandshake } from "@lib/gateway/handshake.ts";
import {
  type Lingering,
  connectionIdOf,
  forgetLingering,
  isResumeSessionOf,
  linger,
  resumeSessionOf,
  takeLingering,
} from "@lib/gateway/lingering.ts";
import { dropUserIfUnused, leaveWorld, letGo } from "@lib/gateway/membership.ts";
import { type Publish, createOutlet } from "@lib/gateway/outlet.ts";
import { type PrepareParts, prepare, prepareFromLost, sendSlowmodes } from "@lib/gateway/prepare.ts";
import { AWAY_UNNOTICED_MS, type Presence, createPresence } from "@lib/gateway/presence.ts";
import { recentEntries } from "@lib/gateway/recent-entries.ts";
import { resumeKeysOf } from "@lib/gateway/resume.ts";
import { type SlowReaders, slowReaders } from "@lib/gateway/slow-readers.ts";
import { turnstile } from "@lib/gateway/turnstile.ts";
import { hasPosition, isBinary, noSockets } from "@lib/gateway/variant.ts";
import { expireWatches } from "@lib/gateway/watches.ts";
import { emptyWorld } from "@lib/gateway/world.ts";
import { worldReads } from "@lib/gateway/world-reads.ts";
import { clientNetwork } from "@lib/rpc/client-network.ts";
import { StoreUnavailableError } from "@lib/store/database.ts";
import { within } from "@lib/telemetry/within.ts";
import type { Server, ServerWebSocket, WebSocketHandler } from "bun";

/** A client that closes with this code does not mean to come back. */
const FAREWELL = 1000;
/** A clock that is set back by more makes times of before meaningless. */
const SET_BACK_MS_MAX = 5_000;

/** The gateway of one process, over the given ports. */
export class Gateway {
  readonly websocket: WebSocketHandler<SocketData>;
  readonly #deps: Deps;
  readonly #limits: Deps["settings"]["ermine"]["gateway"];
  readonly #lingerMs: number;
  readonly #connections = new Set<Connection>();
  /** Those that have not sent their token yet. */
  readonly #silent = new Set<Connection>();
  /** Those that can be resumed, by their id. */
  readonly #resumable = new Map<string, Connection>();
  readonly #perNetwork = new Map<string, number>();
  readonly #presence: Presence;
  readonly #admit = turnstile();
  readonly #slow: SlowReaders<Connection>;
  readonly #parts: PrepareParts;
  #server: Server<SocketData> | null = null;
  #reading: BusReading | null = null;
  #timer: ReturnType<typeof setInterval> | null = null;
  #sweptMs = 0;
  #beatMs = 0;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#limits = deps.settings.ermine.gateway;
    this.#lingerMs = this.#limits.resume_window_seconds * 1000;
    this.#presence = createPresence(deps);
    this.#slow = slowReaders({
      bytesMax: this.#limits.backpressure_bytes,
      cutOff: (slow) => this.#cutOff(slow, closeCodes.slowConsumer),
    });
    this.#parts = this.#assemble();
    this.websocket = this.#handler();
  }

  /** Sockets that are open now, whatever their state, and the bytes that all of them have not taken yet. */
  get stats(): { readonly connections: number; readonly waitingBytes: number } {
    let waitingBytes = 0;
    for (const connection of this.#connections) waitingBytes += connection.waitingBytes;
    return { connections: this.#connections.size, waitingBytes };
  }

  /** Starts reading the bus; sockets are accepted from then on. */
  async start(server: Server<SocketData>): Promise<void> {
    const { dispatcher, recent } = this.#parts;
    const { bus, keys, clock, log } = this.#deps;
    this.#server = server;
    dispatcher.listeners.add((entry, frames) => {
      if (this.#mayBeMissed()) recent.add(entry, frames.text, clock.now());
      else recent.skip(entry);
    });
    const begun = await bus.read({ onEntries: dispatcher.push, onGap: dispatcher.pushGap });
    // On an empty stream a position of before may be of one that was lost: it is not known what came after it.
    if (begun.position !== NOWHERE) recent.beginAt(begun.position);
    if (dispatcher.position === NOWHERE) dispatcher.position = begun.position;
    this.#reading = begun;
    if (this.#limits.clear_presence) {
      await keys.clearUnleased().catch((error) => log.warn("presence of a former run was not cleared", { error }));
    }
    if (this.#reading !== begun) return; // drained meanwhile
    this.#sweptMs = clock.now();
    this.#timer = setInterval(() => this.#sweep(), Math.min(1_000, this.#limits.lease_ms / 4));
  }

  /** Upgrades a request; anything else gets an HTTP error. */
  upgrade(request: Request, server: Server<SocketData>, address: string): Response | undefined {
    if (!this.#reading) return new Response("starting", { status: 503, headers: { "Retry-After": "1" } });
    const network = clientNetwork(address);
    const open = this.#perNetwork.get(network) ?? 0;
    if (open >= this.#limits.connections_per_address) return new Response("too many connections", { status: 429 });
    const handshake = parseHandshake(URL.parse(request.url, "http://localhost")?.search ?? "");
    const { ids, clock } = this.#deps;
    const connection = new Connection(ids.nanoid(32), handshake, network, clock.now(), this.#limits);
    if (server.upgrade(request, { data: { connection } })) return undefined;
    return new Response("this is a WebSocket endpoint", { status: 426, headers: { Upgrade: "websocket" } });
  }

  /** Tells every client to reconnect elsewhere, waits until they are gone, stops reading. */
  async drain(timeoutMs: number): Promise<void> {
    const { log } = this.#deps;
    if (this.#timer) clearInterval(this.#timer);
    const stopped = this.#reading?.stop();
    this.#reading = null;
    this.#closeAll(closeCodes.restarting);
    const deadline = performance.now() + timeoutMs;
    while (this.#connections.size > 0 && performance.now() < deadline) await Bun.sleep(10);
    await within(Math.max(0, deadline - performance.now()), this.#presence.settle());
    await this.#presence.handOver().catch((error) => log.warn("presence could not be handed over", { error }));
    await stopped;
  }

  #assemble(): PrepareParts {
    const deps = this.#deps;
    const world = emptyWorld();
    const sockets = noSockets();
    const publish: Publish = (topic, frame, compress) => {
      this.#slow.noteSent(frame);
      this.#server?.publish(topic, frame, compress);
    };
    const out = createOutlet(publish, sockets, world.heldBack);
    const reads = worldReads(deps, world);
    const dispatcher = createDispatcher({ world, out, log: deps.log, reads, onGap: () => this.#onGap() });
    const { resume_window_bytes: bytesMax, backpressure_bytes: replayBytesMax } = this.#limits;
    const recent = recentEntries({ ageMsMax: this.#lingerMs, bytesMax, replayBytesMax, keysOf: resumeKeysOf });
    return { deps, world, dispatcher, reads, sockets, recent };
  }

  #handler(): WebSocketHandler<SocketData> {
    return {
      open: (ws) => this.#onOpen(ws),
      message: (ws, message) => this.#onMessage(ws.data.connection, message),
      close: (ws, code) => this.#onClose(ws.data.connection, code),
      drain: (ws) => letGo(this.#parts.world, ws.data.connection),
      maxPayloadLength: this.#limits.frame_bytes_max,
      idleTimeout: Math.min(960, Math.round(this.#limits.idle_timeout_ms / 1000)),
      sendPings: true,
      backpressureLimit: this.#limits.backpressure_bytes,
      closeOnBackpressureLimit: true,
      perMessageDeflate: this.#limits.compression,
    };
  }

  #onOpen(ws: ServerWebSocket<SocketData>): void {
    const { connection } = ws.data;
    connection.attach(ws, this.#slow.noteSent);
    if (this.#isResumable(connection)) this.#resumable.set(connection.id, connection);
    this.#connections.add(connection);
    this.#perNetwork.set(connection.network, (this.#perNetwork.get(connection.network) ?? 0) + 1);
    const token = connection.admission?.handshake.token ?? null;
    if (token === null) this.#silent.add(connection);
    else this.#logInSoon(connection, token);
  }

  #onMessage(connection: Connection, message: string | Buffer<ArrayBuffer>): void {
    if (connection.state === "ending" || connection.state === "closed") return;
    // Before it is looked at: that is what costs.
    if (!connection.maySend(message.length, this.#deps.clock.now())) return connection.close(closeCodes.flood);
    const event = parseClientEvent(decode(connection, message));
    if (!event) return;
    const { world, dispatcher } = this.#parts;
    const { state } = connection;
    if (state === "live") return handleClientEvent(this.#deps, world, connection, event, dispatcher.position);
    if (state === "preparing") {
      if (event.type === "Ping") handleClientEvent(this.#deps, world, connection, event, null);
      else connection.admission?.early.push(event);
    } else if (event.type === "Authenticate") this.#logInSoon(connection, event.token);
  }

  #isResumable({ variant }: Connection): boolean {
    return hasPosition(variant) && this.#lingerMs > 0;
  }

  /** Whether somebody may ask for an entry later: of this process, or come from another one that reads the same bus. */
  #mayBeMissed(): boolean {
    const { isShared } = this.#deps.bus;
    return this.#lingerMs > 0 && (isShared || this.#resumable.size > 0 || this.#parts.world.lost.size > 0);
  }

  #logInSoon(connection: Connection, token: string): void {
    connection.state = "preparing";
    this.#silent.delete(connection);
    this.#admit(connection.network, () => {
      if (connection.state === "preparing") void this.#logIn(connection, token);
    });
  }

  async #logIn(connection: Connection, token: string): Promise<void> {
    try {
      if (this.#isResumable(connection)) connection.resumeSession = resumeSessionOf(connection.id, token);
      if (!connection.admission) return;
      const claim = { ...connection.admission.handshake, token };
      const lost = this.#takeContinued(claim);
      const isResumed = lost !== null && prepareFromLost(this.#parts, connection, { claim, lost });
      if (!isResumed && !(await prepare(this.#parts, connection, { claim, watched: lost?.watching ?? null })))
        return connection.close(closeCodes.unavailable);
      this.#handleEarly(connection);
      if (!isResumed) await sendSlowmodes(this.#deps, connection);
      await this.#presence.open(connection, lost?.connection ?? null);
    } catch (error) {
      this.#refuse(connection, error);
    }
  }

  /** Takes what a claim may continue here: who comes back has left even a connection whose socket does not show that yet. */
  #takeContinued({ resume, token }: Claim): Lingering | null {
    const session = resume?.session ?? "";
    if (session === "" || !isResumeSessionOf(session, token)) return null;
    const left = this.#resumable.get(connectionIdOf(session));
    if (left?.state === "live" && left.resumeSession === session) {
      this.#cutOff(left, closeCodes.continued);
      left.close(closeCodes.continued);
    }
    return takeLingering(this.#parts.world.lost, session);
  }

  /** Handles what the client of a live connection sent without waiting for its `Ready`. */
  #handleEarly(connection: Connection): void {
    const { world, dispatcher } = this.#parts;
    const early = connection.admission?.early ?? [];
    connection.admission = null;
    for (const event of early) handleClientEvent(this.#deps, world, connection, event, dispatcher.position);
  }

  #refuse(connection: Connection, error: unknown): void {
    if (error instanceof ApiError) {
      const event = errorEvent({ data: { type: error.type, ...error.extra, location: "gateway" } });
      return connection.closeWith(new Frames(event), closeCodes.authenticationFailed);
    }
    // That the database is away is told when it goes, not by each of thousands that come meanwhile.
    if (!(error instanceof StoreUnavailableError)) this.#deps.log.error("connection could not be prepared", { error });
    connection.close(closeCodes.unavailable);
  }

  #onClose(connection: Connection, code: number): void {
    const wasLive = connection.state === "live";
    connection.detach();
    this.#connections.delete(connection);
    this.#silent.delete(connection);
    this.#resumable.delete(connection.id);
    const left = (this.#perNetwork.get(connection.network) ?? 1) - 1;
    if (left > 0) this.#perNetwork.set(connection.network, left);
    else this.#perNetwork.delete(connection.network);
    if (wasLive) this.#leave(connection, code);
  }

  /** Takes a connection that was live out of the world. */
  #leave(connection: Connection, code: number): void {
    const { world, sockets } = this.#parts;
    sockets[connection.variant]--;
    const mayResume = connection.resumeSession !== "" && code !== FAREWELL && this.#reading !== null;
    const nowMs = this.#deps.clock.now();
    if (mayResume) linger(world.lost, connection, nowMs + this.#lingerMs);
    leaveWorld(world, connection);
    if (code === FAREWELL) void this.#presence.close(connection);
    else if (this.#reading === null)
      return; // handed over with all others
    else if (mayResume) this.#presence.keep(connection, nowMs + Math.min(this.#lingerMs, AWAY_UNNOTICED_MS));
    else if (code === closeCodes.gap.code) this.#presence.keep(connection, nowMs + AWAY_UNNOTICED_MS);
    else void this.#presence.close(connection);
  }

  #sweep(): void {
    const nowMs = this.#deps.clock.now();
    // On a clock that was set back whatever waits for its end would wait for hours more.
    const endedMs = nowMs < this.#sweptMs - SET_BACK_MS_MAX ? Infinity : nowMs;
    this.#sweptMs = nowMs;
    const { world } = this.#parts;
    for (const connection of this.#silent) {
      if (endedMs - connection.openedMs > this.#limits.auth_deadline_ms)
        connection.close(closeCodes.authenticationTimeout);
    }
    expireWatches(world, nowMs);
    this.#slow.check(this.#connections, nowMs);
    forgetClosed(world);
    for (const user of forgetLingering(world.lost, ({ untilMs }) => untilMs <= endedMs)) dropUserIfUnused(world, user);
    void this.#presence.endKept(endedMs);
    // By how much, in either direction: a clock that is set back must not keep the leases from being renewed.
    if (Math.abs(nowMs - this.#beatMs) < this.#limits.lease_ms / 4) return;
    this.#beatMs = nowMs;
    this.#presence.beat().catch((error) => this.#deps.log.warn("presence could not be renewed", { error }));
  }

  /** Lets a connection that ends with this code only read what waits for it. */
  #cutOff(connection: Connection, { code }: CloseCode): void {
    connection.state = "ending";
    connection.unsubscribeAll();
    this.#leave(connection, code);
  }

  /** Events were lost: nothing here can be trusted, so everybody reads a fresh `Ready` (P2). */
  #onGap(): void {
    const { world, recent } = this.#parts;
    this.#deps.log.error("events were lost: closing all sockets", { sockets: this.#connections.size });
    recent.breakOff();
    for (const user of forgetLingering(world.lost, () => true)) dropUserIfUnused(world, user);
    for (const connection of this.#connections) connection.resumeSession = "";
    this.#closeAll(closeCodes.gap);
  }

  #closeAll(code: CloseCode): void {
    for (const connection of [...this.#connections]) connection.close(code);
  }
}

/** A frame of the wrong kind decodes to nothing (conformance events-7, events-8). */
function decode({ variant }: Connection, message: string | Buffer<ArrayBuffer>): unknown {
  if (typeof message === "string") return isBinary(variant) ? null : decodeJsonFrame(message);
  return isBinary(variant) ? decodeMsgpackFrame(message) : null;
}
