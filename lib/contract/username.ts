import { USERNAME_LENGTH, USERNAME_PATTERN } from "@lib/model/limits.ts";
import { text } from "@lib/model/text.ts";

/** A username as somebody types it. The document shows the pattern in the form that client generators know. */
export const Username = text(USERNAME_LENGTH.min, USERNAME_LENGTH.max, USERNAME_PATTERN).meta({
  pattern: String.raw`^(\p{L}|[\d_.-])+$`,
});
