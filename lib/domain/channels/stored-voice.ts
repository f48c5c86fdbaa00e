import type { VoiceInformation } from "@lib/model/channel.ts";
import type { StoredVoice } from "@lib/model/stored/channel.ts";

/** Voice information as it is stored; no limit of users is no field. */
export function storedVoice({ max_users }: VoiceInformation): StoredVoice {
  return max_users === null || max_users === undefined ? {} : { max_users };
}
