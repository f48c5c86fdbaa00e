// The least that can be done over HTTP with the same store: Hono, one insert or one indexed read per request.
import { collections } from "@lib/store/collections.ts";
import { systemClock, systemIds } from "@lib/domain/system-ids.ts";
import { contentOf } from "@tests/bench/measured/marker.ts";
import { type StorePlace, openDatabase } from "@tests/bench/measured/open-deps.ts";
import { answerCommands } from "@tests/bench/process/commands.ts";
import { ownUsage } from "@tests/bench/process/own-usage.ts";
import { Hono } from "hono";

/** What the bare server is asked. */
export type BareHttpCommands = ReturnType<typeof bareHttp>;

/** The author of every message. */
const AUTHOR = "01H000000000000000000AUTHR";

function bareHttp() {
  return {
    ...ownUsage,
    async start({
      store,
      messages,
    }: {
      store: StorePlace;
      messages: number;
    }): Promise<{ url: string; channel: string }> {
      const database = await openDatabase(store);
      const collection = database.collection(collections.messages);
      const ids = systemIds(systemClock);
      const channel = ids.ulid();
      const documentOf = (content: unknown, into: string) => ({
        _id: ids.ulid(),
        channel: into,
        author: AUTHOR,
        content,
      });
      for (let index = 0; index < messages; index++) await collection.insertOne(documentOf(contentOf(index), channel));
      const app = new Hono()
        .post("/channels/:channel/messages", async (context) => {
          const { content } = await context.req.json<{ content: string }>();
          const document = documentOf(content, context.req.param("channel"));
          await collection.insertOne(document);
          return context.json(document);
        })
        .get("/channels/:channel/messages", async (context) => {
          const filter = { channel: context.req.param("channel") };
          return context.json(await collection.find(filter, { sort: { _id: -1 }, limit: 50 }));
        });
      const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: app.fetch });
      return { url: `http://127.0.0.1:${server.port}`, channel };
    },
  };
}

answerCommands(bareHttp());
