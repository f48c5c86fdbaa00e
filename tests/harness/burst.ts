import * as messages from "@lib/contract/messages.ts";
import { CallError, type Client, createClient } from "@lib/rpc/client.ts";
import type { Crowd, CrowdMember } from "@tests/harness/crowd.ts";

/** A burst of messages in progress: everybody of a crowd writes into every channel, one message after the other. */
export type Burst = {
  /** What was acknowledged so far. */
  acknowledged: { id: string; channelId: string; content: string }[];
  /** Resolves when everybody is done, or their server is gone. Fails when a message was refused. */
  ended: Promise<void>;
};

/** Starts a burst; person and channel by turns use one of the API addresses. */
export function startBurst(crowd: Crowd, apiUrls: readonly string[], messagesEach: number): Burst {
  const acknowledged: Burst["acknowledged"] = [];
  const write = async (client: Client, person: CrowdMember, channelId: string) => {
    for (let i = 0; i < messagesEach; i++) {
      const content = `${person.id} ${i} ${crypto.randomUUID()}`;
      const input = { params: { target: channelId }, body: { content } };
      const message = await client.call(messages.sendMessage, input).catch(ifGone);
      if (message === null) return;
      acknowledged.push({ id: message._id, channelId, content });
    }
  };
  const writers = crowd.people.flatMap((person, turn) =>
    crowd.channelIds.map((channelId) => {
      const url = apiUrls[turn % apiUrls.length] ?? "";
      return write(createClient(url, { sessionToken: person.token }), person, channelId);
    }),
  );
  return { acknowledged, ended: Promise.all(writers).then(() => {}) };
}

/** All messages of a channel as a member reads them, oldest first. */
export async function readChannel(client: Client, channelId: string): Promise<{ id: string; content: string }[]> {
  const all: { id: string; content: string }[] = [];
  for (let isMore = true; isMore;) {
    const query = { limit: 100, sort: "Oldest" as const, after: all.at(-1)?.id ?? "0".repeat(26) };
    const page = await client.call(messages.queryMessages, { params: { target: channelId }, query });
    const read = Array.isArray(page) ? page : page.messages;
    all.push(...read.map(({ _id, content }) => ({ id: _id, content: content ?? "" })));
    isMore = read.length === 100;
  }
  return all;
}

/** A killed process answers nothing; what it refused is a failure of the test. */
function ifGone(error: unknown): null {
  if (error instanceof CallError) throw error;
  return null;
}
