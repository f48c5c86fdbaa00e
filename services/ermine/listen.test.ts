import { listen } from "@services/ermine/listen.ts";
import { describe, expect, test } from "bun:test";

/** A listener on an address, as services open theirs. */
function open(hostname: string, port: number) {
  const serve = () => Bun.serve({ hostname, port, reusePort: false, fetch: () => new Response() });
  return listen("ermine.listen", `${hostname}:${port}`, serve);
}

describe("P24: an address that cannot be listened on is named with the reason", () => {
  test("of a port that is taken", async () => {
    await using first = open("127.0.0.1", 0);
    const port = first.port ?? 0;
    expect(() => open("127.0.0.1", port)).toThrow(`ermine.listen (127.0.0.1:${port}): another process listens there`);
  });

  test.each(["nowhere.invalid", "203.0.113.5"])("of a host that is not this machine: %s", async (hostname) => {
    await using taken = open("127.0.0.1", 0);
    expect(() => open("127.0.0.1", taken.port ?? 0)).toThrow("another process"); // Bun would repeat its code
    expect(() => open(hostname, 14_700)).toThrow(`ermine.listen (${hostname}:14700): is no address of this machine`);
  });
});

test("what fails for no reason of the address fails as it is", () => {
  const broken = () => {
    throw new TypeError("no handler");
  };
  expect(() => listen("ermine.listen", "127.0.0.1:0", broken)).toThrow(new TypeError("no handler"));
});
