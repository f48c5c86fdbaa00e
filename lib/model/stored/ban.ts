import { z } from "zod";
import { MemberKey } from "@lib/model/stored/member.ts";

/** A document of `server_bans`. */
export const BanDocument = z.object({ _id: MemberKey, reason: z.exactOptional(z.string()) });
export type BanDocument = z.output<typeof BanDocument>;
