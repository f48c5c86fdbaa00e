import type { LoadedSettings } from "@lib/settings/load-settings.ts";
import type { Settings } from "@lib/settings/settings.ts";
import { type Problem, SettingsError } from "@lib/settings/settings-error.ts";
import { isVolatile } from "@lib/settings/volatile-store.ts";
import { type Logger, logger } from "@lib/telemetry/logger.ts";
import { drainOnSignal } from "@lib/telemetry/shutdown.ts";
import { commandName } from "@services/ermine/command-name.ts";
import { greeting } from "@services/ermine/greeting.ts";
import { warnOfFewOpenFiles } from "@services/ermine/open-files.ts";
import { type ServiceName, serviceNames } from "@services/ermine/service-names.ts";
import { startServices } from "@services/ermine/start.ts";

/** Runs services until a signal ends them; resolves to the exit code of a start that was broken off. */
export async function runServices(
  names: readonly ServiceName[],
  { settings, ignored }: LoadedSettings,
): Promise<number> {
  requireSharedDrivers(names, settings);
  const log = openLog(settings);
  if (ignored.length > 0) log.info("settings without effect", { keys: ignored });
  if (isVolatile(settings.ermine)) log.warn("data is in memory: all of it is lost when the process ends");
  if (names.includes("bonfire")) await warnOfFewOpenFiles(log);
  const starting = new AbortController();
  const stopEarly = (signal: NodeJS.Signals): void => starting.abort(signal);
  process.on("SIGINT", stopEarly).on("SIGTERM", stopEarly); // more than once: npm hands on what the terminal sent, too
  const running = await startServices(names, { settings, log, signal: starting.signal }).catch((error: unknown) => {
    if (starting.signal.aborted) return null;
    throw error;
  });
  if (!running) return starting.signal.reason === "SIGTERM" ? 0 : 130; // who sends SIGTERM counts 130 as a failure
  process.off("SIGINT", stopEarly).off("SIGTERM", stopEarly);
  const { promise, resolve: end } = Promise.withResolvers<number>();
  const control = {
    on: process.on.bind(process),
    off: process.off.bind(process),
    exit: (code: number) => (end(code), process.exit(code)),
  };
  drainOnSignal({ steps: running.steps, timeoutMs: settings.ermine.shutdown_ms, log, control });
  console.log(
    names.length === serviceNames.length
      ? greeting(running, settings, commandName(process, process.cwd()))
      : `${names.join(", ")} at ${running.url}`,
  );
  return promise;
}

/** A service alone with a bus inside its own process would talk to nobody (P24). */
function requireSharedDrivers(names: readonly ServiceName[], { ermine }: Settings): void {
  if (names.length === serviceNames.length) return;
  const problems: Problem[] = (["bus", "keys"] as const)
    .filter((key) => ermine[key].startsWith("memory:"))
    .map((key) => ({ key: `ermine.${key}`, source: "default", reason: "must be a Redis URL when services run apart" }));
  if (problems.length > 0) throw new SettingsError(problems);
}

function openLog({ ermine }: Settings): Logger {
  const pretty = ermine.log_format === "pretty" || (ermine.log_format === "auto" && process.stderr.isTTY === true);
  return logger({ level: ermine.log_level, write: (line) => void process.stderr.write(line), now: Date.now, pretty });
}
