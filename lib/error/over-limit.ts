/** Somebody asks for more at once than anybody may. Answered like too many requests, so that clients know it. */
export class OverLimitError extends Error {
  constructor(
    readonly retryAfterMs: number,
    options?: ErrorOptions,
  ) {
    super(`over a limit for the next ${retryAfterMs} ms`, options);
  }
}
