import { type ErrorType, type Extra, catalogue } from "@lib/error/catalogue.ts";

/** The cause, for the log only; and when trying again makes sense, which a client reads in `Retry-After`. */
export type FailOptions = ErrorOptions & { retryAfterMs?: number };

type ExtraArgs<T extends ErrorType> =
  {} extends Extra<T> ? [extra?: Extra<T>, options?: FailOptions] : [extra: Extra<T>, options?: FailOptions];

/** An error a client may see: an identifier of the catalogue and its extra fields. */
export class ApiError extends Error {
  readonly retryAfterMs: number | undefined;

  constructor(
    readonly type: ErrorType,
    readonly extra: Readonly<Record<string, unknown>> = {},
    options: FailOptions = {},
  ) {
    super(type, options);
    this.retryAfterMs = options.retryAfterMs;
  }

  /** HTTP status, from the catalogue. */
  get status(): number {
    return catalogue[this.type].status;
  }
}

/** Ends the operation with a catalogued error: `message ?? fail("NotFound")`. */
export function fail<T extends ErrorType>(type: T, ...[extra, options]: ExtraArgs<T>): never {
  throw new ApiError(type, extra, options);
}
