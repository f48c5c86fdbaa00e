import { type Client, ConnectionState } from "stoat.js";
import { newEmail } from "@tests/harness/account-steps.ts";
import { eventually } from "@tests/harness/eventually.ts";

/** A package of npm that people build clients and bots on, as it is published. */
export type PublicPackage = "stoat.js" | "revolt.js";

/** Somebody at a public client: registered, logged in, onboarded and connected. */
export type AtClient = AsyncDisposable & {
  client: Client;
  id: string;
  username: string;
  email: string;
  password: string;
};

/** Registers somebody through a public client, logs in, chooses a name and waits for `Ready`. */
export async function register(from: PublicPackage, baseURL: string): Promise<AtClient> {
  const client = await openClient(from, baseURL);
  const [email, password] = [newEmail(), "a long enough passphrase 7"];
  const username = `u${crypto.randomUUID().replaceAll("-", "").slice(0, 12)}`;
  await done(client.account.create({ email, password }));
  await openSession(client, { email, password });
  const { onboarding } = await client.api.get("/onboard/hello");
  if (!onboarding) throw new Error("a new account has a name already");
  await client.api.post("/onboard/complete", { username });
  return connect(client, { email, password });
}

/** Another client of somebody who is registered, with a session of its own. */
export async function logIn(from: PublicPackage, baseURL: string, { email, password }: AtClient): Promise<AtClient> {
  const client = await openClient(from, baseURL);
  await openSession(client, { email, password });
  return connect(client, { email, password });
}

/** A bot at a public client. */
export async function logInBot(from: PublicPackage, baseURL: string, token: string): Promise<AtClient> {
  const client = await openClient(from, baseURL);
  await client.loginBot(token); // connects
  return whenReady(client, { email: "", password: "" });
}

/** Resolves when a request without an answer succeeded: revolt.js reads the empty body as JSON and rejects afterwards. */
export async function done(request: Promise<unknown> | undefined): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
}

async function openClient(from: PublicPackage, baseURL: string): Promise<Client> {
  const { Client } = (await import(from)) as typeof import("stoat.js"); // revolt.js is the same library, one release older
  const client = new Client({ baseURL, partials: true, syncUnreads: true, retryDelayFunction: () => 0.1 });
  client.on("error", () => {}); // a refused connection, which is tried again; unheard it would be thrown
  return client;
}

/** The library logs in without using the session that it got; clients hand it back. */
async function openSession(client: Client, credentials: { email: string; password: string }): Promise<void> {
  await client.login({ ...credentials, friendly_name: "a public client" });
  const [, token] = client.authenticationHeader;
  client.useExistingSession({ _id: client.sessionId ?? "", token, user_id: "" });
}

async function connect(client: Client, credentials: { email: string; password: string }): Promise<AtClient> {
  client.connect();
  return whenReady(client, credentials);
}

async function whenReady(client: Client, credentials: { email: string; password: string }): Promise<AtClient> {
  await eventually(() => client.ready(), { describe: "Ready" });
  const { id, username } = await eventually(() => client.user);
  const hangUp = async () => {
    client.options.autoReconnect = false;
    client.events.disconnect();
    await eventually(() => client.events.state() !== ConnectionState.Connected, { describe: "the end" });
  };
  return { client, id, username, ...credentials, [Symbol.asyncDispose]: hangUp };
}
