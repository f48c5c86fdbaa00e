import { afterAll, expect, test } from "bun:test";
import { type CollectionDeclaration, StoreError, StoreUnavailableError } from "@lib/store/database.ts";
import { openMongo } from "@lib/store/mongo/database.ts";
import { createSender } from "@lib/store/mongo/sender.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { describeMongo, dropMongo, freshMongoName } from "@tests/harness/mongodb.ts";
import { startTcpProxy, type TcpProxy } from "@tests/harness/tcp-proxy.ts";
import { MongoServerClosedError } from "mongodb";

const things: CollectionDeclaration<{ _id: string }> = { name: "things", indexes: [], int64: [] };

/** The server of `url` seen through a wire that the test can cut. */
function behindProxy(url: string): { proxy: TcpProxy; url: string } {
  const { hostname, port, pathname, search } = new URL(url);
  const proxy = startTcpProxy({ hostname, port: Number(port) || 27017 });
  return { proxy, url: `mongodb://127.0.0.1:${proxy.port}${pathname}${search}` };
}

/** What a promise rejects with, and after how many milliseconds. */
async function rejectionOf(promise: Promise<unknown>): Promise<{ error: unknown; tookMs: number }> {
  const start = performance.now();
  const error = await promise.then(() => null).catch((reason: unknown) => reason);
  return { error, tookMs: performance.now() - start };
}

test("a server that was never there is unavailable within seconds, and is reported once", async () => {
  const states: boolean[] = [];
  const proxy = startTcpProxy({ hostname: "127.0.0.1", port: 1 });
  proxy.cut();
  const database = await openMongo(`mongodb://127.0.0.1:${proxy.port}/?serverSelectionTimeoutMS=300`, {
    name: freshMongoName(),
    onState: (up) => states.push(up),
  });

  const ping = await rejectionOf(database.ping());
  const find = await rejectionOf(database.collection(things).find({}));
  const ensure = await rejectionOf(database.ensure([things]));
  await database.close();

  expect([ping.error, find.error, ensure.error].every((error) => error instanceof StoreUnavailableError)).toBe(true);
  expect(ping.tookMs).toBeLessThan(4000);
  expect(states).toEqual([false]);
});

test("a URL that is none is refused at once, without showing its password", async () => {
  const { error } = await rejectionOf(openMongo("mongodb://user:secret@/", { name: "unused" }));

  expect(error).toBeInstanceOf(StoreError);
  expect(String(error)).not.toContain("secret");
});

test("P21: an operation that the driver forgets is unavailable in the end, and nothing waits for it", async () => {
  const sender = createSender({ connect: async () => {}, deadlineMs: 10 });
  const { error } = await rejectionOf(sender.send("find", "things", () => new Promise(() => {})));
  await sender.settled();

  expect(error).toBeInstanceOf(StoreUnavailableError);
});

test.each<[string, Error]>([
  ["a connection that ends", Object.assign(new Error("write ECONNRESET"), { code: "ECONNRESET", syscall: "write" })],
  ["a driver that is closed", new MongoServerClosedError("Server is closed")],
])("P21: an operation that meets %s is unavailable, and the one that follows connects first", async (_, end) => {
  let connects = 0;
  const sender = createSender({ connect: async () => void connects++, deadlineMs: 1_000 });
  const run = async () => "answer";
  for (let turn = 0; turn < 2; turn++) await sender.send("find", "things", run);
  expect(connects).toBe(1);

  const { error } = await rejectionOf(sender.send("find", "things", () => Promise.reject(end)));

  expect(error).toBeInstanceOf(StoreUnavailableError);
  expect(await sender.send("find", "things", run)).toBe("answer");
  expect(connects).toBe(2);
});

describeMongo("an outage of MongoDB", (realUrl) => {
  const name = freshMongoName();
  afterAll(() => dropMongo(realUrl, [name]));

  test("a server that comes late is waited for", async () => {
    const { proxy, url } = behindProxy(realUrl);
    using _ = proxy;
    proxy.cut();
    const database = await openMongo(url, { name });
    const ping = database.ping();

    proxy.restore();

    expect(await ping).toBeUndefined();
    await database.close();
  });

  test("P21: a server that comes after operations failed is found", async () => {
    const { proxy, url } = behindProxy(realUrl);
    using _ = proxy;
    proxy.cut();
    const database = await openMongo(`${url}${url.includes("?") ? "&" : "?"}serverSelectionTimeoutMS=300`, { name });
    for (let attempt = 0; attempt < 2; attempt++) {
      expect((await rejectionOf(database.collectionNames())).error).toBeInstanceOf(StoreUnavailableError);
    }

    proxy.restore();

    expect(await eventually(() => database.collectionNames())).toEqual(expect.any(Array));
    await database.close();
  });

  test("operations fail as unavailable while the server is away, and work again when it is back", async () => {
    const { proxy, url } = behindProxy(realUrl);
    using _ = proxy;
    const states: boolean[] = [];
    const short = `${url}${url.includes("?") ? "&" : "?"}serverSelectionTimeoutMS=500`;
    const database = await openMongo(short, { name, onState: (up) => states.push(up) });
    const collection = database.collection(things);
    await collection.insertOne({ _id: "before" });

    proxy.cut();
    const { error, tookMs } = await rejectionOf(collection.find({}));
    expect(error).toBeInstanceOf(StoreUnavailableError);
    expect(tookMs).toBeLessThan(5000);
    const many = [collection.bulk([{ insert: { _id: "bulk" } }]), collection.insertMany([{ _id: "many" }])];
    for (const rejection of await Promise.all(many.map(rejectionOf))) {
      expect(rejection.error).toBeInstanceOf(StoreUnavailableError);
    }
    proxy.restore();

    expect(await eventually(() => collection.find({}))).toEqual([{ _id: "before" }]);
    expect(states).toEqual([true, false, true]);
    await collection.deleteMany({});
    await database.close();
  });

  test("operations under way end as unavailable when the connection is lost, and the process lives on", async () => {
    const { proxy, url } = behindProxy(realUrl);
    using _ = proxy;
    const short = `${url}${url.includes("?") ? "&" : "?"}serverSelectionTimeoutMS=500`;
    const database = await openMongo(short, { name });
    await database.ping();
    proxy.freeze();
    const underWay = Array.from({ length: 10 }, () => rejectionOf(database.ping()));

    proxy.cut();

    const errors = (await Promise.all(underWay)).map(({ error }) => error);
    expect(errors.every((error) => error instanceof StoreUnavailableError)).toBe(true);
    await database.close();
  });

  test("what was closed stays closed, whatever is asked of it", async () => {
    const database = await openMongo(realUrl, { name });
    await database.ping();
    await database.close();

    for (let attempt = 0; attempt < 3; attempt++) {
      expect((await rejectionOf(database.ping())).error).toBeInstanceOf(StoreUnavailableError);
    }
  });

  test("P21: an operation that is never answered is unavailable in the end", async () => {
    const { proxy, url } = behindProxy(realUrl);
    using _ = proxy;
    const short = `${url}${url.includes("?") ? "&" : "?"}serverSelectionTimeoutMS=500&socketTimeoutMS=500`;
    const database = await openMongo(short, { name });
    await database.ping();
    proxy.freeze();

    const { error, tookMs } = await rejectionOf(database.ping());

    expect(error).toBeInstanceOf(StoreUnavailableError);
    expect(tookMs).toBeLessThan(4000);
    await database.close();
  });

  test("closing waits for a write under way", async () => {
    const { proxy, url } = behindProxy(realUrl);
    using _ = proxy;
    const database = await openMongo(url, { name });
    await database.ping();
    proxy.freeze();
    const write = database.collection(things).insertOne({ _id: "last" });
    const closed = database.close();

    proxy.thaw();
    await Promise.all([write, closed]);

    const after = await openMongo(realUrl, { name });
    expect(await after.collection(things).findOneAndDelete({ _id: "last" })).toEqual({ _id: "last" });
    await after.close();
  });
});
