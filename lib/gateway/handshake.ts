/** The wire format of a connection. */
export type Format = "json" | "msgpack";

/** Parts of `Ready` that can be asked for by name. */
export const READY_FIELDS = [
  "users",
  "servers",
  "channels",
  "members",
  "emojis",
  "voice_states",
  "channel_unreads",
  "policy_changes",
] as const;

/** One selectable part of `Ready`. */
export type ReadyField = (typeof READY_FIELDS)[number];

/** What `Ready` shall hold: parts by name, and the keys of synced settings. */
export type ReadySelection = { fields: ReadonlySet<ReadyField>; settings: readonly string[] };

/** What the query string of a connection asks for. */
export type Handshake = {
  format: Format;
  token: string | null;
  ready: ReadySelection;
  /** Frames carry a position, so that a later connection can continue (P3). */
  resume: { session: string | null; position: string | null } | null;
  /** Frames are sent compressed, if the client also offers `permessage-deflate`. */
  compress: boolean;
};

/** A handshake with the token it is to be admitted by, wherever that came from. */
export type Claim = Handshake & { readonly token: string };

const DEFAULT_FIELDS = READY_FIELDS.filter((field) => field !== "channel_unreads");
const SETTINGS_KEY = /^user_settings\[(\S+)\]$/;

/** Reads a raw query string as the protocol does: last valid value wins, nothing is an error (conformance events-9, events-18 to events-22). */
export function parseHandshake(query: string): Handshake {
  const handshake: Handshake = {
    format: "json",
    token: null,
    ready: { fields: new Set(DEFAULT_FIELDS), settings: [] },
    resume: null,
    compress: false,
  };
  const resume = { wanted: false, session: null as string | null, position: null as string | null };
  const selected: string[] = [];
  for (const [key, value] of pairs(query)) {
    if (key === "format" && (value === "json" || value === "msgpack")) handshake.format = value;
    else if (key === "token") handshake.token = value;
    else if (key === "ready") selected.push(value);
    else if (key === "compress") handshake.compress = value === "true";
    else if (key === "resume") resume.wanted = value === "true";
    else if (key === "session") resume.session = value;
    else if (key === "position") resume.position = value;
  }
  if (selected.length > 0) handshake.ready = parseSelection(selected);
  if (resume.wanted) handshake.resume = { session: resume.session, position: resume.position };
  return handshake;
}

function* pairs(query: string): Generator<[string, string]> {
  for (const part of query.replace(/^\?/, "").split("&")) {
    const [key = "", value] = part.split("=");
    if (value !== undefined) yield [key, value];
  }
}

/** `user_settings[<key>]` asks for that key of the synced settings. */
function parseSelection(values: readonly string[]): ReadySelection {
  const names = values.map(decoded);
  const settings = names.flatMap((name) => SETTINGS_KEY.exec(name)?.[1] ?? []);
  return { fields: new Set(READY_FIELDS.filter((field) => names.includes(field))), settings };
}

/** A value as it was before it went into a URL: libraries encode brackets, and what else a key may hold. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value; // a percent sign that stands for itself
  }
}
