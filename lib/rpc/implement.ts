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

/** What is known before the request is looked into: what its guards contribute. */
export type GuardedContext<R extends RouteDeclaration> = { deps: Deps } & UnionToIntersection<
  R["guards"][number] extends never ? object : GuardValues[R["guards"][number] & Guard]
>;

/** What a handler is given: everything that its contract asks for, checked, and nothing else. */
export type HandlerContext<R extends RouteDeclaration> = GuardedContext<R> & {
  params: OutputOf<R["params"]>;
  query: OutputOf<R["query"]>;
  body: OutputOf<R["body"]>;
  request: { address: string; headers: Headers };
};

/** A contract connected to the operation that answers it. */
export type Implementation = {
  contract: RouteDeclaration;
  handle(context: object): Promise<unknown>;
  admit?(context: object): void;
};

type Options<R extends RouteDeclaration> = {
  /** The first checks of the operation, where clients learn of them before the constraints that their body breaks. */
  admit?: (context: GuardedContext<R>) => void;
};

/** Connects a contract to its operation: `implement(contract.addReaction, ({ deps, actor, params }) => addReaction(…))`. */
export function implement<const R extends RouteDeclaration>(
  contract: R,
  handle: (context: HandlerContext<R>) => Promise<SuccessOf<R>>,
  { admit }: Options<R> = {},
): Implementation {
  // The server builds the context from this same contract, so its parts are those that the types here name.
  return {
    contract,
    handle: (context) => handle(context as HandlerContext<R>),
    ...(admit && { admit: (context: object) => admit(context as GuardedContext<R>) }),
  };
}
