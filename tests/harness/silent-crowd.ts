/**
 * Sockets that connect and never say who they are, in a process of their own: as a file, this is that process. Each
 * process may hold half as many files as both ends together would be.
 */
import { eventually } from "@tests/harness/eventually.ts";

/** A crowd of silent sockets. */
export type SilentCrowd = AsyncDisposable & {
  /** Resolves when all of them are closed, to how many were closed with which code. */
  closes(): Promise<Record<string, number>>;
};

/** Opens so many sockets; resolves once all of them are upgraded. */
export async function openSilentCrowd(url: string, sockets: number): Promise<SilentCrowd> {
  const child = Bun.spawn([process.execPath, import.meta.path, url, `${sockets}`], { stdout: "pipe" });
  const lines: string[] = [];
  const reading = (async () => {
    let rest = "";
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + chunk).split("\n");
      rest = parts.pop() ?? "";
      lines.push(...parts);
    }
  })();
  const line = (at: number) => eventually(() => lines[at], { timeoutMs: 20_000, describe: `${sockets} sockets` });
  await line(0);
  return {
    closes: async () => JSON.parse(await line(1)) as Record<string, number>,
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.exited;
      await reading;
    },
  };
}

/** How many handshakes are under way at once: more would overflow the listener's backlog. */
const AT_ONCE = 200;

async function crowd(url: string, sockets: number): Promise<void> {
  const codes: Record<string, number> = {};
  let closed = 0;
  const open = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(url);
      socket.onopen = () => resolve();
      socket.onerror = () => reject(new Error("a socket was refused"));
      socket.onclose = ({ code }) => {
        codes[code] = (codes[code] ?? 0) + 1;
        if (++closed === sockets) process.stdout.write(`${JSON.stringify(codes)}\n`);
      };
    });
  for (let at = 0; at < sockets; at += AT_ONCE)
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, sockets - at) }, open));
  process.stdout.write("open\n");
}

if (import.meta.main) {
  const [url = "", sockets = ""] = process.argv.slice(2);
  await crowd(url, Number(sockets));
}
