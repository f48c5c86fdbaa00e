/** One reason why settings cannot be used. */
export type Problem = {
  /** Dotted key, such as `api.smtp.port`; empty when a whole file is unreadable. */
  key: string;
  /** The file, environment variable or rule that the value came from. */
  source: string;
  reason: string;
};

/** Settings that stop the start (P24). The message lists every problem with key, source and reason, and no values. */
export class SettingsError extends Error {
  constructor(
    readonly problems: readonly Problem[],
    options?: ErrorOptions,
  ) {
    super(`the settings cannot be used:\n${problems.map((problem) => `  ${describe(problem)}`).join("\n")}`, options);
    this.name = "SettingsError";
  }
}

function describe({ key, source, reason }: Problem): string {
  return key === "" ? `${source}: ${reason}` : `${key} (${source}): ${reason}`;
}
