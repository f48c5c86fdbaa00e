/**
 * Waits until `condition` returns a truthy value and returns it; an assertion that throws counts as "not yet".
 * Fails with the last error, or the description, after `timeoutMs`.
 */
export async function eventually<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 10_000, describe = "the condition" }: { timeoutMs?: number; describe?: string } = {},
): Promise<NonNullable<T>> {
  const deadline = performance.now() + timeoutMs;
  let last: unknown;
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, 50)) {
    try {
      const value = await condition();
      if (value) return value as NonNullable<T>; // truthy, hence neither null nor undefined
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) throw last ?? new Error(`${describe} did not come true within ${timeoutMs} ms`);
    await Bun.sleep(pauseMs);
  }
}
