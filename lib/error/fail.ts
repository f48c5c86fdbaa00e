import { type ErrorType, type Extra, catalogue } from "@lib/error/catalogue.ts";

type ExtraArgs<T extends ErrorType> =
  {} extends Extra<T> ? [extra?: Extra<T>, options?: ErrorOptions] : [extra: Extra<T>, options?: ErrorOptions];

/** An error a client may see: an identifier of the catalogue and its extra fields. The cause is for the log only. */
export class ApiError extends Error {
  constructor(
    readonly type: ErrorType,
    readonly extra: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(type, options);
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
