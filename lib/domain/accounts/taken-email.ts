import { ApiError } from "@lib/error/fail.ts";
import { DuplicateKeyError } from "@lib/store/database.ts";

/** Turns the refusal of an address that another account has into `IncorrectData`. */
export async function refuseTakenEmail<T>(write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    throw error instanceof DuplicateKeyError
      ? new ApiError("IncorrectData", { with: "email" }, { cause: error })
      : error;
  }
}
