import { runErmine } from "@tests/harness/process.ts";
import { describe, expect, test } from "bun:test";

describe("ermine events", () => {
  test.each(["nonsense", "ftp://chat.test/ws", "ws://", "ws://chat.test/ws?a=b", "ws://chat.test/ws?#"])(
    "P17: %s is refused as no address of events, and the token is not shown",
    async (url) => {
      const { code, stdout, stderr } = await runErmine(["events", url], { ERMINE_TOKEN: "hunter2" });
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toBe("events come from an address such as ws://localhost:14700/ws\nTry: ermine --help\n");
    },
  );
});
