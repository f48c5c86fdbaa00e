/**
 * What work fails with; fails itself when the work succeeds. `expect(…).rejects` is not for that: Bun runs the event loop
 * inside of it, and what is scheduled for the next turn may have to wait for seconds there.
 */
export async function errorOf(work: Promise<unknown>): Promise<unknown> {
  const outcome = await work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ("error" in outcome) return outcome.error;
  throw new Error(`it did not fail, but resolved to ${Bun.inspect(outcome.value)}`);
}
