// Prints how many checks of each area are proven, and fails when lists, tests and open.txt disagree.
// `bun tests/conformance --write` first takes the checks that tests have come to claim out of open.txt.
import {
  type Check,
  type Claim,
  findProblems,
  readChecks,
  readClaims,
  readOpen,
  stillOpen,
  writeOpen,
} from "@tests/conformance/checks.ts";

/** One row per area, and the sum. */
function table(checks: readonly Check[], claims: readonly Claim[]): string {
  const claimed = new Set(claims.map(({ id }) => id));
  const row = (name: string, members: readonly Check[]) => {
    const proven = members.filter(({ id }) => claimed.has(id)).length;
    return name.padEnd(12) + String(proven).padStart(7) + String(members.length - proven).padStart(7);
  };
  const areas = [...new Set(checks.map(({ area }) => area))];
  return [
    "area         proven   open",
    ...areas.map((area) =>
      row(
        area,
        checks.filter((check) => check.area === area),
      ),
    ),
    row("all", checks),
  ].join("\n");
}

if (import.meta.main) {
  const checks = await readChecks();
  const claims = await readClaims([...new Set(checks.map(({ area }) => area))]);
  if (Bun.argv.includes("--write")) await writeOpen(stillOpen(checks, claims, await readOpen()));
  const problems = findProblems(checks, claims, await readOpen());
  process.stdout.write(`${[table(checks, claims), ...problems].join("\n")}\n`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
