import type { Channel } from "@lib/model/channel.ts";
import { ChannelDocument } from "@lib/model/stored/channel.ts";
import { readDocument } from "@lib/model/stored/read-document.ts";

/** A channel of an event in the form in which the world holds channels. */
export function readChannel(channel: Channel): ChannelDocument {
  const read = readDocument(ChannelDocument, channel);
  if (!read) throw new Error(`event with a malformed channel ${channel._id}`);
  return read;
}
