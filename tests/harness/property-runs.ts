/** How often each property of the store is tried, with other documents, filters and updates each time. */
export const propertyRuns = Number(process.env["PROPERTY_RUNS"] ?? 100);
