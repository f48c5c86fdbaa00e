import { runErmine, temporaryFolder } from "@tests/harness/process.ts";
import { expect, test } from "bun:test";

test("P24: a bad MongoDB connection string stops the start with its key and without its password", async () => {
  await using folder = await temporaryFolder();
  const env = { ERMINE__DATA_DIR: folder.path, REVOLT__DATABASE__MONGODB: "mongodb://ermine:hunter:2@mongo/" };
  const { code, stdout, stderr } = await runErmine(["start"], env);
  expect(code).toBe(1);
  expect(stdout + stderr).toContain(
    "ermine.store (ermine.store or database.mongodb): is not a MongoDB connection string",
  );
  expect(stdout + stderr).not.toContain("hunter");
});
