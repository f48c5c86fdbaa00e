import type { Reader } from "./reader.ts";
import type { Searches } from "./search.ts";
import type { WriteQueue } from "./write-queue.ts";

/** What the collections of a database read with, search with and write with. */
export type Connections = { reader: Reader; searches: Searches; queue: WriteQueue };
