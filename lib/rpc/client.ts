import type { RouteDeclaration } from "@lib/contract/route.ts";
import type { ErrorType } from "@lib/error/catalogue.ts";
import { encodeJson } from "@lib/codec/json.ts";
import type { z } from "zod";

type InputOf<T> = T extends z.ZodType ? z.input<T> : undefined;
type Part<Name extends string, T> = T extends z.ZodType ? { [N in Name]: z.input<T> } : { [N in Name]?: never };

/** What a call of a route is given. */
export type CallInput<R extends RouteDeclaration> = Part<"params", R["params"]> &
  Part<"body", R["body"]> & { query?: Partial<InputOf<R["query"]>>; headers?: Record<string, string> };

/** What a route answers with when it succeeds. */
export type CallOutput<R extends RouteDeclaration> = R["success"] extends { schema: infer S extends z.ZodType }
  ? z.output<S>
  : null;

/** A refusal, as the server typed it. */
export class CallError extends Error {
  constructor(
    readonly status: number,
    readonly type: ErrorType | undefined,
    readonly body: unknown,
    readonly headers: Headers,
  ) {
    super(`${status} ${type ?? ""} ${encodeJson(body)}`);
  }
}

/** Credentials sent with every call. */
export type Credentials = { sessionToken?: string; botToken?: string; mfaTicket?: string };

/** Calls routes by their contracts. */
export type Client = {
  /** Resolves to the success, throws `CallError` otherwise. */
  call<R extends RouteDeclaration>(route: R, input: CallInput<R>): Promise<CallOutput<R>>;
  /** The raw response. */
  send<R extends RouteDeclaration>(route: R, input: CallInput<R>): Promise<Response>;
  with(credentials: Credentials): Client;
};

/** A typed client of an API at `baseUrl` (no trailing slash). */
export function createClient(baseUrl: string, credentials: Credentials = {}): Client {
  async function send<R extends RouteDeclaration>(route: R, input: CallInput<R>): Promise<Response> {
    const { params = {}, query = {}, body, headers } = input as LooseInput;
    const path = route.path.replaceAll(/\{(\w+)\}/g, (_match, name: string) =>
      encodeURIComponent(String(params[name])),
    );
    const search = new URLSearchParams(
      Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
    );
    return fetch(`${baseUrl}${path}${search.size > 0 ? `?${search}` : ""}`, {
      method: route.method.toUpperCase(),
      headers: { ...credentialHeaders(credentials), ...headers },
      ...(body !== undefined && { body: encodeJson(body) }),
    });
  }

  async function call<R extends RouteDeclaration>(route: R, input: CallInput<R>): Promise<CallOutput<R>> {
    const response = await send(route, input);
    const body: unknown = response.status === 204 ? null : await response.json();
    if (response.ok) return body as CallOutput<R>; // the contract's own schema: strict servers check that it fits
    throw new CallError(response.status, (body as { type?: ErrorType }).type, body, response.headers);
  }

  return { call, send, with: (more) => createClient(baseUrl, { ...credentials, ...more }) };
}

type LooseInput = {
  params?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
  headers?: Record<string, string>;
};

function credentialHeaders({ sessionToken, botToken, mfaTicket }: Credentials): Record<string, string> {
  return {
    ...(sessionToken !== undefined && { "X-Session-Token": sessionToken }),
    ...(botToken !== undefined && { "X-Bot-Token": botToken }),
    ...(mfaTicket !== undefined && { "X-MFA-Ticket": mfaTicket }),
  };
}
