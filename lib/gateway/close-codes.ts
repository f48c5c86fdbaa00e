/** Why a socket is closed by the server. Codes of 4000 and up are ours; old clients treat every close alike and reconnect. */
export const closeCodes = {
  /** The process drains: connect again, to whichever process answers. */
  restarting: { code: 1012, reason: "Service restart" },
  /** More was sent than any client needs to. */
  flood: { code: 1008, reason: "Too much was sent" },
  /** No valid token came in time. */
  authenticationTimeout: { code: 4001, reason: "Authentication timeout" },
  /** The token is not valid; do not try again with it. */
  authenticationFailed: { code: 4002, reason: "Authentication failed" },
  /** The session was revoked, or the bot's token reset. */
  loggedOut: { code: 4003, reason: "Logged out" },
  /** Events may have been lost: connect again for a fresh `Ready`. */
  gap: { code: 4004, reason: "Events were lost, reconnect" },
  /** The socket does not read as fast as events come. */
  slowConsumer: { code: 4005, reason: "Too slow" },
  /** Another connection has continued this one: its client is taken to have left it. */
  continued: { code: 4006, reason: "Continued by another connection" },
  /** The snapshot could not be read now. */
  unavailable: { code: 1013, reason: "Try again later" },
} as const;

/** What the WebSocket server closes with by itself. Of a broken protocol its reason says more. */
export const runtimeCloseCodes = {
  /** A frame is masked, flagged or cut in a way that RFC 6455 forbids. */
  protocolError: { code: 1002, reason: "Protocol error" },
  /** A text frame is not text. */
  notText: { code: 1007, reason: "Received invalid UTF-8" },
  /** A frame, or what it unpacks to, is over the limit. */
  tooBig: { code: 1009, reason: "Received too big message" },
} as const;

/** A row of the table. */
export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes];

/** After these the same token is of no use any more; after all others a client connects again. */
export const finalCodes: ReadonlySet<number> = new Set([
  closeCodes.authenticationFailed.code,
  closeCodes.loggedOut.code,
]);
