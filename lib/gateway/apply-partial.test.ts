import { applyPartial } from "@lib/gateway/apply-partial.ts";
import { expect, test } from "bun:test";

test("events-65: removed fields go first, then the given ones come, and the record itself stays as it was", () => {
  const record: Record<string, unknown> = { name: "a", icon: "old", description: "text", nsfw: true };

  const next = applyPartial(record, { name: "b", icon: "new", nsfw: false }, ["icon", "description", null]);

  expect(next).toEqual({ name: "b", icon: "new", nsfw: false });
  expect(record).toEqual({ name: "a", icon: "old", description: "text", nsfw: true });
});

test("P6: null and what is absent change nothing, empty values do", () => {
  const record: Record<string, unknown> = { roles: { r: {} }, owner: "u", name: "a" };

  expect(applyPartial(record, { roles: null, owner: undefined, name: "" }, [])).toEqual({ ...record, name: "" });
});
