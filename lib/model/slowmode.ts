import { Uint } from "@lib/model/integers.ts";
import { z } from "zod";

/** A slowmode that is running for a user: its length and what is left of it, in seconds. */
export const UserSlowmode = z
  .object({ channel_id: z.string(), duration: Uint, retry_after: Uint })
  .meta({ id: "UserSlowmode", description: "A slowmode that is running for a user" });
export type UserSlowmode = z.output<typeof UserSlowmode>;
