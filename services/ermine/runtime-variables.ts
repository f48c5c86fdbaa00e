/**
 * Bun looks ten times a second for memory that it can give back, and once a second for garbage: an eighth of what a quiet
 * gateway uses of its processor, and half of an idle one. Every ten seconds is enough for a server. Bun reads both
 * before the first line of a program runs, so the program has to start over for them to be set.
 */

/** Milliseconds, in environment variables of Bun that are set unless the operator set them. */
export const runtimeVariables = {
  MIMALLOC_PURGE_HOLES_MIN_INTERVAL: "10000",
  BUN_GC_TIMER_INTERVAL: "10000",
} as const;

/** How a program runs, and what starts it over. */
export type Runtime = Pick<NodeJS.Process, "argv0" | "argv" | "execArgv" | "execPath" | "env" | "execve">;

/** Whether a program is inside of an executable, by its path. */
export const isEmbedded = (program: string): boolean => program.startsWith("/$bunfs/");

/**
 * Starts the program over in the same process when a variable is missing, and does not return then; so nothing may be
 * open yet. Where the system cannot or will not, the program goes on without them and only works a little harder.
 */
export function ensureRuntimeVariables(runtime: Runtime = process): void {
  const { argv0, argv, execArgv, execPath, env } = runtime;
  if (!runtime.execve || Object.keys(runtimeVariables).every((name) => name in env)) return;
  const [, program = "", ...args] = argv;
  const command = isEmbedded(program) ? [argv0] : [argv0, ...execArgv, program];
  try {
    runtime.execve(execPath, [...command, ...args], { ...runtimeVariables, ...env });
  } catch {
    return;
  }
}
