import type { FileDocument } from "@lib/model/stored/file.ts";

type Pictured = { icon?: FileDocument; banner?: FileDocument };

/**
 * The files that something showed before an edit and no longer shows after it. `before` must be read in the turn of the
 * edit: of two edits at once the second replaces what the first has set, not what both have found.
 */
export function replacedFiles(before: Pictured, after: Pictured): string[] {
  return (["icon", "banner"] as const).flatMap((field) => {
    const old = before[field]?._id;
    return old !== undefined && after[field]?._id !== old ? [old] : [];
  });
}
