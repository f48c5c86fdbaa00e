// Makes HTTP requests, in a process of its own.
import { requestBytes } from "@tests/bench/load/http-connection.ts";
import { type Exchanges, type Pacing, runRequests } from "@tests/bench/load/run-requests.ts";
import { answerCommands } from "@tests/bench/process/commands.ts";

/** What the load is asked. */
export type RequestCommands = typeof requests;

/** A request, made again and again. */
export type RequestShape = Parameters<typeof requestBytes>[1];

const requests = {
  /** Takes turns with the given requests. */
  run: ({
    url,
    shapes,
    pacing,
  }: {
    url: string;
    shapes: readonly RequestShape[];
    pacing: Pacing;
  }): Promise<Exchanges> => {
    const target = new URL(url);
    const bytes = shapes.map((shape) => requestBytes(target, shape));
    return runRequests(target, pacing, (index) => bytes[index % bytes.length] ?? Buffer.alloc(0));
  },
};

answerCommands(requests);
