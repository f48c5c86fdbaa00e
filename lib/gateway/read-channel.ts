import type { Channel } from "@lib/model/channel.ts";
import { ChannelDocument } from "@lib/model/stored/channel.ts";
import { compileReader } from "@lib/model/stored/compile-reader.ts";

const readStored = compileReader(ChannelDocument);

/** A channel of an event in the form in which the world holds channels. */
export function readChannel(channel: Channel): ChannelDocument {
  const read = readStored(channel);
  if (!read) throw new Error(`event with a malformed channel ${channel._id}`);
  return read;
}
