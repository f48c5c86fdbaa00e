import type { Filter, FindOptions } from "@lib/store/database.ts";

const LIMIT_DEFAULT = 50;

/** Which messages to read. Everything but the channel may be absent. */
export type MessageQuery = {
  channel?: string | undefined;
  author?: string | undefined;
  pinned?: boolean | undefined;
  /** Words to search for; the default order is then by relevance. */
  query?: string | undefined;
  /** Messages around one of them; `before`, `after` and `sort` do not count then. */
  nearby?: string | undefined;
  before?: string | undefined;
  after?: string | undefined;
  sort?: "Latest" | "Oldest" | "Relevance" | undefined;
  /** 50 by default. */
  limit?: number | undefined;
};

/**
 * The reads that answer a query; their results, one after the other, are the answer. Around a message these are two: it
 * and newer ones ascending, then older ones descending (conformance data-53, data-54).
 */
export function historyOf(query: MessageQuery): { filter: Filter; options: FindOptions }[] {
  const { nearby, before, after, limit = LIMIT_DEFAULT } = query;
  const filter = equalities(query);
  if (nearby !== undefined) {
    const half = Math.floor(limit / 2) + 1;
    return [
      { filter: { ...filter, _id: { $gte: nearby } }, options: { sort: { _id: 1 }, limit: half } },
      { filter: { ...filter, _id: { $lt: nearby } }, options: { sort: { _id: -1 }, limit: half } },
    ];
  }
  const range = { ...(before !== undefined && { $lt: before }), ...(after !== undefined && { $gt: after }) };
  const bounded = before === undefined && after === undefined ? filter : { ...filter, _id: range };
  return [{ filter: bounded, options: { sort: order(query), limit } }];
}

function equalities({ channel, author, pinned, query }: MessageQuery): Filter {
  return {
    ...(channel !== undefined && { channel }),
    ...(author !== undefined && { author }),
    ...(pinned !== undefined && { pinned }),
    ...(query !== undefined && { $text: { $search: query } }),
  };
}

function order({ query, sort }: MessageQuery): Readonly<Record<string, 1 | -1 | "score">> {
  const chosen = sort ?? (query === undefined ? "Latest" : "Relevance");
  if (chosen === "Relevance" && query !== undefined) return { score: "score" };
  return { _id: chosen === "Oldest" ? 1 : -1 };
}
