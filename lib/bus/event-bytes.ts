/** The approximate encoded size of an event in bytes, found without encoding it. */
export function eventBytes(value: unknown): number {
  if (typeof value === "string") return value.length + 2;
  if (typeof value !== "object" || value === null) return 6;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  let bytes = 2;
  if (Array.isArray(value)) {
    for (const item of value) bytes += eventBytes(item) + 1;
    return bytes;
  }
  for (const key in value) {
    const item = (value as Readonly<Record<string, unknown>>)[key]; // one of its own keys: events are plain objects
    if (item !== undefined) bytes += key.length + 4 + eventBytes(item);
  }
  return bytes;
}
