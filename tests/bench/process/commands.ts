/** What a process answers: functions by name. Input and result travel as structured clones. */
export type Commands = Record<string, (input: never) => unknown>;

/** One call on its way to a process. */
export type Call = { id: number; name: string; input: unknown };

/** Its answer. */
export type Answer = { id: number; result?: unknown; error?: string };

/** Answers the process that spawned this one. The process ends with it. */
export function answerCommands(commands: Commands): void {
  process.on("message", (message) => void answer(message as Call)); // spawnChild sends nothing else
  process.on("disconnect", () => process.exit(0));

  async function answer({ id, name, input }: Call): Promise<void> {
    process.send?.(await run(id, name, input));
  }

  async function run(id: number, name: string, input: unknown): Promise<Answer> {
    try {
      const command = commands[name];
      if (!command) throw new Error(`there is no command ${name}`);
      return { id, result: await command(input as never) }; // typed on the side that calls
    } catch (error) {
      return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
  }
}
