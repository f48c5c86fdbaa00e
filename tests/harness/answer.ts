import type { RouteDeclaration } from "@lib/contract/route.ts";
import type { Client } from "@lib/rpc/client.ts";

/** What a route answered: its status and its body, null when there is none. */
export type Answer = [status: number, body: unknown];

/** What a caller sends, whether it fits the contract or not. */
export type Sent = {
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
  headers?: Record<string, string>;
};

/** Sends anything to a route and reads the answer; for tests of what is accepted and what is refused. */
export async function answer(client: Client, route: RouteDeclaration, sent: Sent = {}): Promise<Answer> {
  const response = await client.send(route, { params: {}, ...sent });
  const text = await response.text();
  return [response.status, text === "" ? null : JSON.parse(text)];
}
