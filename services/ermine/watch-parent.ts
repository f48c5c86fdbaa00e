/** How often it is looked whether the parent is still there. */
const LOOK_MS = 500;

/** The part of `process` that watching its parent needs. */
export type Child = Pick<NodeJS.Process, "pid" | "ppid" | "env" | "kill">;

/**
 * Gives this process a SIGTERM when npm has ended it in vain. npm runs its commands in a shell and hands a signal on to
 * that; a shell that does not become the command (as dash does not) dies of it and leaves the command behind, with the
 * port and the data.
 */
export function endWithParent(child: Child = process): void {
  if (child.env["npm_lifecycle_event"] === undefined) return;
  const parent = child.ppid;
  const look = setInterval(() => {
    if (child.ppid === parent) return;
    clearInterval(look);
    child.kill(child.pid, "SIGTERM");
  }, LOOK_MS);
  look.unref();
}
