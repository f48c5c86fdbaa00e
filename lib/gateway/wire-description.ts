import { READY_FIELDS } from "@lib/gateway/handshake.ts";

/** The query parameters of a connection, as a JSON schema. Values but those of `ready` are not percent-decoded. */
export const connectionQuery = {
  type: "object",
  properties: {
    version: { type: "integer", default: 1, description: "Version of the protocol. Has no effect." },
    format: { type: "string", enum: ["json", "msgpack"], default: "json", description: "Encoding of both directions." },
    token: { type: "string", description: "Session token or bot token; else send `Authenticate` as the first frame." },
    ready: {
      type: "array",
      items: {
        anyOf: [
          { type: "string", enum: READY_FIELDS },
          { type: "string", pattern: "^user_settings\\[\\S+\\]$" },
        ],
      },
      description:
        "Parts of `Ready`, one per repetition of the parameter; `user_settings[key]` asks for one key of the synced settings. Without it: everything but `channel_unreads` and `user_settings`.",
    },
    compress: {
      type: "string",
      enum: ["true"],
      description:
        "Frames are sent compressed when the client also offers the extension `permessage-deflate` (RFC 7692); without it nothing is compressed.",
    },
    resume: {
      type: "string",
      enum: ["true"],
      description:
        "Makes the connection resumable: `Ready` carries a `session`, and frames carry their `position` beside `type`.",
    },
    session: {
      type: "string",
      description: "With `resume=true`: the session to continue, as `Ready` or `Resumed` named it.",
    },
    position: {
      type: "string",
      description:
        "With `session`: the last position that was handled. `Resumed` answers; with `recovered: true` everything after that position follows, otherwise a fresh `Ready`. A `Subscribe` then goes on.",
    },
  },
} as const;

/** How an event becomes the bytes of one WebSocket message. */
export const encodings = {
  json: {
    query: "format=json",
    contentType: "application/json",
    frame: "A text message holding one JSON object without insignificant whitespace; `type` is its first key.",
    timestamp: "Text `YYYY-MM-DDTHH:MM:SS.mmmZ`: UTC, always three fraction digits.",
    integer: "A plain integer, also beyond 2^53.",
    ignored: "Binary messages from the client.",
  },
  msgpack: {
    query: "format=msgpack",
    contentType: "application/msgpack",
    frame: "A binary message holding one MessagePack value: a map with the same text keys as in JSON, `type` first.",
    timestamp: "An integer: milliseconds since the Unix epoch, never text and never the timestamp extension.",
    integer: "The smallest form that fits: unsigned when positive, signed when negative. Any width is understood.",
    bytes: "An array of small integers, never bin.",
    ignored: "Text messages from the client, and bytes after the first value.",
  },
} as const;
