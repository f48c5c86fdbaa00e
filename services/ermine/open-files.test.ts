import { warnOfFewOpenFiles } from "@services/ermine/open-files.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { embeddedAt, temporaryFolder } from "@tests/harness/process.ts";
import { describe, expect, mock, test } from "bun:test";
import { join } from "node:path";

/** What the kernel says of a process that may open so many files. */
const limitsOf = (soft: string) => `Limit                     Soft Limit           Hard Limit           Units
Max processes             4096                 4096                 processes
Max open files            ${soft.padEnd(20)} 1048576              files
Max locked memory         8388608              8388608              bytes
`;

async function warnings(limits: string): Promise<unknown[]> {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "limits");
  await Bun.write(path, limits);
  const warn = mock();
  await warnOfFewOpenFiles({ warn }, path);
  return warn.mock.calls.map(([, fields]: unknown[]) => fields);
}

describe("few open files", () => {
  test("are warned of, with the limit and what it should be", async () => {
    expect(await warnings(limitsOf("1024"))).toEqual([{ open_files_max: 1_024, recommended_min: 4_096 }]);
  });

  test.each(["4096", "1048576", "unlimited"])("%s are enough", async (soft) => {
    expect(await warnings(limitsOf(soft))).toEqual([]);
  });

  test("are not warned of where the system does not say how many there may be", async () => {
    const warn = mock();
    await warnOfFewOpenFiles({ warn }, "/no/such/file");
    expect([await warnings(""), warn.mock.calls]).toEqual([[], []]);
  });
});

test.skipIf(process.platform !== "linux")("Ermine warns at its start when it may open few files", async () => {
  await using folder = await temporaryFolder();
  const { PATH = "", HOME = "" } = process.env;
  const env = { PATH, HOME, ERMINE__PRIVATE_LISTEN: "127.0.0.1:0", ...embeddedAt(folder.path).env };
  const command = [process.execPath, join(import.meta.dir, "main.ts"), "start"];
  await using child = Bun.spawn(["sh", "-c", 'ulimit -n 512; exec "$0" "$@"', ...command], {
    env,
    stdout: "ignore",
    stderr: "pipe",
  });
  let written = "";
  const reading = child.stderr.pipeTo(new WritableStream({ write: (chunk) => void (written += Buffer.from(chunk)) }));
  await eventually(() => written.includes('"open_files_max":512'), { describe: "the warning" });
  child.kill("SIGKILL");
  await reading;
});
