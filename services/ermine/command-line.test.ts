import { runErmine, temporaryFolder } from "@tests/harness/process.ts";
import { describe, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";

test("ermine settings leaves the folder that it runs in as it is", async () => {
  await using folder = await temporaryFolder();
  const { code, stdout } = await runErmine(["settings"], {}, folder.path);
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('ermine.data_dir = "./data"') });
  expect(await readdir(folder.path)).toEqual([]);
});

test("ermine start takes a service that is named twice for one, and half a server for no whole", async () => {
  await using folder = await temporaryFolder();
  const { code, stdout, stderr } = await runErmine(["start", "delta", "delta"], { ERMINE__DATA_DIR: folder.path });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain("ermine.bus (default): must be a Redis URL when services run apart");
});

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
