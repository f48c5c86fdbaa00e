import { type SuiteCase, runCases } from "./suite/case.ts";
import type { Database } from "./database.ts";
import { filterCases } from "./suite/filters.ts";
import { indexCases } from "./suite/indexes.ts";
import { lookUpCases } from "./suite/look-ups.ts";
import { propertyCases } from "./suite/properties.ts";
import { readCases } from "./suite/reads.ts";
import { textCases } from "./suite/text.ts";
import { updateCases } from "./suite/updates.ts";
import { writeCases } from "./suite/writes.ts";

/**
 * The conformance suite of the document port, the same for every driver. `open` gives a new, empty database each time.
 * A driver skips a case by its name, with the reason; a name that no case has fails. Each property is tried
 * `propertyRuns` times.
 */
export function databaseSuite(
  driver: string,
  open: () => Promise<Database>,
  { propertyRuns, skip = {} }: { propertyRuns: number; skip?: Readonly<Record<string, string>> },
): void {
  const cases: SuiteCase[] = [
    ...filterCases,
    ...readCases,
    ...updateCases,
    ...writeCases,
    ...indexCases,
    ...textCases,
    ...propertyCases(propertyRuns),
    ...lookUpCases(propertyRuns),
  ];
  runCases(driver, open, cases, skip);
}
