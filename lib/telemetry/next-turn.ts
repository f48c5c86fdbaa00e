/** Resolves in the next turn of the event loop: whatever has come in meanwhile is served first. */
export async function nextTurn(): Promise<void> {
  await new Promise<void>((resolve) => void setImmediate(resolve));
}
