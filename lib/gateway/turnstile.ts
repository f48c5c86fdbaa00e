/**
 * Runs tasks one in each turn of the event loop. When thousands of sockets come back at once, accepting connections and
 * serving those that are live goes on in between: otherwise the listener's backlog overflows meanwhile, and whoever
 * finds it full tries again a second later. Tasks of one line run in the order in which they came, and lines take turns,
 * so that a network from which hundreds come at once keeps only itself waiting (P7).
 */
export function turnstile(): (line: string, task: () => void) => void {
  const lines = new Map<string, (() => void)[]>();
  let isTurning = false;

  function turn(): void {
    const task = takeFirst(lines);
    isTurning = lines.size > 0;
    if (isTurning) setImmediate(turn);
    task?.();
  }

  return (line, task) => {
    const waiting = lines.get(line);
    if (waiting) waiting.push(task);
    else lines.set(line, [task]);
    if (isTurning) return;
    isTurning = true;
    setImmediate(turn);
  };
}

/** Takes the first task of the first line, which stands last from then on. */
function takeFirst(lines: Map<string, (() => void)[]>): (() => void) | undefined {
  const [first] = lines;
  if (!first) return undefined;
  const [line, waiting] = first;
  const task = waiting.shift();
  lines.delete(line);
  if (waiting.length > 0) lines.set(line, waiting);
  return task;
}
