import { route } from "@lib/contract/route.ts";
import { keyed } from "@lib/model/keyed.ts";
import { nullish } from "@lib/model/nullish.ts";
import { UserSettings } from "@lib/model/user-settings.ts";
import { ChannelUnread } from "@lib/model/unread.ts";
import { z } from "zod";

/** Many times the settings that a client keeps. */
const KEYS_SET_MAX = 1_000;

/** Body of `fetchSettings`. */
export const OptionsFetchSettings = z
  .object({ keys: z.array(z.string()).describe("Keys to fetch") })
  .meta({ id: "OptionsFetchSettings", description: "Options for fetching settings" });

export const fetchSettings = route({
  id: "get_settings_fetch",
  method: "post",
  path: "/sync/settings/fetch",
  tag: "Sync",
  summary: "Fetch Settings",
  description:
    "Fetch settings from server filtered by keys.\n\nThis will return an object with the requested keys, each value is a tuple of `(timestamp, value)`, the value is the previously uploaded data.",
  guards: ["user"],
  body: OptionsFetchSettings,
  success: { status: 200, schema: UserSettings },
  errors: [],
});

export const setSettings = route({
  id: "set_settings_set",
  method: "post",
  path: "/sync/settings/set",
  tag: "Sync",
  summary: "Set Settings",
  description: "Upload data to save to settings.",
  guards: ["user"],
  query: z.object({
    // What is later than now counts as now, so that only too early a time does not fit a `number`.
    timestamp: nullish(
      z
        .number()
        .refine((timeMs) => timeMs >= Number.MIN_SAFE_INTEGER)
        .meta({ type: "integer", format: "int64" }),
    ).describe("Timestamp of settings change.\n\nUsed to avoid feedback loops."),
  }),
  body: keyed(z.string(), { keysMax: KEYS_SET_MAX }),
  success: { status: 204 },
  errors: ["InvalidProperty"],
});

export const listUnreads = route({
  id: "get_unreads_unreads",
  method: "get",
  path: "/sync/unreads",
  tag: "Sync",
  summary: "Fetch Unreads",
  description: "Fetch information about unread state on channels.",
  guards: ["user"],
  success: { status: 200, schema: z.array(ChannelUnread) },
  errors: [],
});
