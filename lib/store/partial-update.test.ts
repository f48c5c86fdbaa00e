import { expect, test } from "bun:test";
import { partialUpdate, removalPaths, updateForm, withoutDefaults } from "@lib/store/partial-update.ts";

test("data-31: nothing to set and nothing to remove is no update", () => {
  expect(partialUpdate({})).toBeNull();
  expect(partialUpdate({ name: undefined })).toBeNull();
  expect(partialUpdate({}, removalPaths({ Token: null }, ["Token"]))).toBeNull();
});

test("data-27: a field that is set and removed at once is set, others are removed", () => {
  expect(partialUpdate({ icon: 1, flag: false }, ["icon", "colour"], "roles.r.")).toEqual({
    $set: { "roles.r.icon": 1, "roles.r.flag": false },
    $unset: { "roles.r.colour": true },
  });
});

test("data-19: times are text in updates wherever they are nested, other numbers stay", () => {
  const avatar = { uploaded_at: 0, size: 5 };
  expect(updateForm({ timeout: 0, avatar, list: [avatar], unset: undefined, at: new Date(1) })).toEqual({
    timeout: "1970-01-01T00:00:00.000Z",
    avatar: { uploaded_at: "1970-01-01T00:00:00.000Z", size: 5 },
    list: [{ uploaded_at: "1970-01-01T00:00:00.000Z", size: 5 }],
    at: new Date(1),
  });
});

test("data-11: inserts leave out what equals its default, also lists and maps", () => {
  const document = { _id: "x", roles: ["r"], map: {}, flag: false, none: undefined };
  expect(withoutDefaults(document, { roles: [], map: {}, flag: false })).toEqual({ _id: "x", roles: ["r"] } as {
    _id: string;
  });
});
