/**
 * Runs tasks in the order in which they came, one in each turn of the event loop. When thousands of sockets come back
 * at once, accepting connections and serving those that are live goes on in between: otherwise the listener's backlog
 * overflows meanwhile, and whoever finds it full tries again a second later.
 */
export function turnstile(): (task: () => void) => void {
  const waiting: (() => void)[] = [];
  let isTurning = false;

  function turn(): void {
    const task = waiting.shift();
    isTurning = waiting.length > 0;
    if (isTurning) setImmediate(turn);
    task?.();
  }

  return (task) => {
    waiting.push(task);
    if (isTurning) return;
    isTurning = true;
    setImmediate(turn);
  };
}
