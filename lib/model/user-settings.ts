import { keyed } from "@lib/model/keyed.ts";
import { z } from "zod";

/** One synchronised setting: when it was set, in milliseconds, and its text. */
export const UserSetting = z.tuple([z.int(), z.string()]);
export type UserSetting = z.output<typeof UserSetting>;

/** Synchronised client settings by key. */
export const UserSettings = keyed(UserSetting);
export type UserSettings = z.output<typeof UserSettings>;
