import type { Guard, RouteDeclaration } from "@lib/contract/route.ts";
import type { Deps } from "@lib/domain/deps.ts";
import type { GuardValues } from "@lib/rpc/guards.ts";
import type { z } from "zod";

type UnionToIntersection<U> = (U extends unknown ? (value: U) => void : never) extends (value: infer I) => void
  ? I
  : never;
type OutputOf<T> = T extends z.ZodType ? z.output<T> : undefined;

/** What the parts of a success are: the schema's input, an image, or nothing. */
export type SuccessOf<R extends RouteDeclaration> = R["success"] extends { schema: infer S extends z.ZodType }
  ? z.input<S>
  : R["success"] extends { image: true }
    ? Response
    : void;

/** What a handler is given: everything that its contract asks for, checked, and nothing else. */
export type HandlerContext<R extends RouteDeclaration> = {
  deps: Deps;
  params: OutputOf<R["params"]>;
  query: OutputOf<R["query"]>;
  body: OutputOf<R["body"]>;
  request: { address: string; headers: Headers };
} & UnionToIntersection<R["guards"][number] extends never ? object : GuardValues[R["guards"][number] & Guard]>;

/** A contract connected to the operation that answers it. */
export type Implementation = {
  contract: RouteDeclaration;
  handle(context: object): Promise<unknown>;
};

/** Connects a contract to its operation: `implement(contract.addReaction, ({ deps, actor, params }) => addReaction(…))`. */
export function implement<const R extends RouteDeclaration>(
  contract: R,
  handle: (context: HandlerContext<R>) => Promise<SuccessOf<R>>,
): Implementation {
  // The server builds the context from this same contract, so its parts are those that the handler's type names.
  return { contract, handle: (context) => handle(context as HandlerContext<R>) };
}
