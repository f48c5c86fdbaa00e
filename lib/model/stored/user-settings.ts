import { z } from "zod";

/** A synced setting: when it was written (milliseconds), and an opaque string. */
export const UserSetting = z.tuple([z.number(), z.string()]);
export type UserSetting = z.output<typeof UserSetting>;

/** The settings of a raw document of `user_settings`, where they stand beside `_id`, without entries that are not a revision and a string. */
export function readSettings(raw: object): Record<string, UserSetting> {
  const settings = Object.entries(raw).flatMap(([key, value]): [string, UserSetting][] => {
    const setting = UserSetting.safeParse(value);
    return key !== "_id" && setting.success ? [[key, setting.data]] : [];
  });
  return Object.fromEntries(settings); // makes `__proto__` a key like any other
}
