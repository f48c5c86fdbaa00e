import { unknownBuild } from "@lib/domain/instance/instance-config.ts";
import { temporaryFolder } from "@tests/harness/process.ts";
import { buildDefinitions, publicOrigin, readCheckout } from "@services/ermine/build-information.ts";
import { version } from "@services/ermine/version.ts";
import { describe, expect, test } from "bun:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

const unknown = { ...unknownBuild, semver: version };

describe.skipIf(Bun.which("git") === null)("a checkout", () => {
  test("tells its commit and where it comes from, not what was built when", async () => {
    await using checkout = await commitSomething();
    await git(checkout.path, "remote", "add", "origin", "https://somebody:secret@git.test/ermine.git");
    expect(await readCheckout(checkout.path)).toEqual({
      commit_sha: await git(checkout.path, "rev-parse", "HEAD"),
      commit_timestamp: "2026-01-02T03:04:05.000Z",
      semver: version,
      origin_url: "https://git.test/ermine.git",
      timestamp: unknown.timestamp,
    });
  });

  test("without a remote or a commit tells what it knows", async () => {
    await using checkout = await commitSomething();
    expect(await readCheckout(checkout.path)).toMatchObject({ origin_url: unknown.origin_url, semver: version });
    await using empty = await temporaryFolder();
    await git(empty.path, "init", "--quiet");
    expect(await readCheckout(empty.path)).toEqual(unknown);
  });

  test("is not that of somebody else's repository around it", async () => {
    await using checkout = await commitSomething();
    const inside = join(checkout.path, "ermine");
    await mkdir(inside);
    expect(await readCheckout(inside)).toEqual(unknown);
  });
});

test("without git nothing but the version is known", async () => {
  await using folder = await temporaryFolder();
  const source = JSON.stringify(join(import.meta.dir, "build-information.ts"));
  const code = `import { buildInformation } from ${source}; console.log(JSON.stringify(await buildInformation()));`;
  const child = Bun.spawn([process.execPath, "--eval", code], { cwd: import.meta.dir, env: { PATH: folder.path } });
  expect(await child.stdout.json()).toEqual(unknown);
});

test("a bundle tells what it was built of, wherever it runs", async () => {
  await using folder = await temporaryFolder();
  const build = { ...unknown, commit_sha: "abc", timestamp: "2026-01-02T03:04:05.000Z" };
  const entry = join(import.meta.dir, "build-information.ts");
  const options = { target: "bun", minify: true, define: buildDefinitions(build) } as const;
  await Bun.build({ entrypoints: [entry], outdir: folder.path, ...options });
  const bundle: typeof import("@services/ermine/build-information.ts") = await import(
    join(folder.path, "build-information.js")
  );
  expect(await bundle.buildInformation()).toEqual(build);
});

test.each([
  ["https://git.test/a/b.git", "https://git.test/a/b.git"],
  ["https://token@git.test:8443/a/b", "https://git.test:8443/a/b"],
  ["https://git.test/a/b?private_token=secret", "https://git.test/a/b"],
  ["ssh://somebody@git.test/a/b.git", "ssh://git.test/a/b.git"],
  ["git@git.test:a/b.git", "git.test:a/b.git"],
  ["file:///srv/ermine", null],
  ["/srv/ermine", null],
  ["../ermine", null],
  ["C:\\ermine", null],
])("P17: the remote %s is published as %p", (remote, published) => {
  expect(publicOrigin(remote)).toBe(published);
});

/** A repository of one commit. */
async function commitSomething(): ReturnType<typeof temporaryFolder> {
  const folder = await temporaryFolder();
  await git(folder.path, "init", "--quiet");
  const identity = ["-c", "user.name=a", "-c", "user.email=a@git.test"];
  await git(folder.path, ...identity, "commit", "--quiet", "--allow-empty", "--no-gpg-sign", "--message=first");
  return folder;
}

async function git(folder: string, ...args: string[]): Promise<string> {
  const dates = { GIT_AUTHOR_DATE: "2026-01-02T03:04:05Z", GIT_COMMITTER_DATE: "2026-01-02T03:04:05Z" };
  const child = Bun.spawn(["git", ...args], { cwd: folder, env: { ...process.env, ...dates } });
  const text = await child.stdout.text();
  if ((await child.exited) !== 0) throw new Error(`git ${args.join(" ")} failed`);
  return text.trim();
}
