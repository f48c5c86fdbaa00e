/** Whether an edit neither sets nor removes a field. */
export function isEmptyEdit({ remove, ...fields }: { remove: readonly string[] }): boolean {
  return remove.length === 0 && Object.values(fields).every((value) => value === undefined);
}
