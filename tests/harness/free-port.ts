/** Below the ports that systems give to outgoing connections: nothing takes one between choice and use. */
const [FIRST, LAST] = [15_000, 32_000] as const;

const candidates = ports();

/** A loopback port that is free and was not handed out before, for a process that must know its address beforehand. */
export function freePort(): number {
  for (;;) {
    const { value: port } = candidates.next();
    if (port === undefined) throw new Error("no port is free");
    if (isFree(port)) return port;
  }
}

/** Every port once, beginning anywhere: other test runs on this machine begin elsewhere. */
function* ports(): Generator<number, void> {
  const start = Math.floor(Math.random() * (LAST - FIRST));
  for (let at = 0; at < LAST - FIRST; at++) yield FIRST + ((start + at) % (LAST - FIRST));
}

function isFree(port: number): boolean {
  try {
    Bun.listen({ hostname: "127.0.0.1", port, socket: { data: () => {} } }).stop(true);
    return true;
  } catch {
    return false;
  }
}
