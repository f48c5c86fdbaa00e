/** Milliseconds with microseconds behind the point, comparable between processes of one machine. */
export const wallMs = (): number => performance.timeOrigin + performance.now();
