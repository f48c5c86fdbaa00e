import { Int64, Uint64 } from "@lib/model/int64.ts";
import { z } from "zod";

/** Representation of a single permission override. */
export const Override = z
  .object({
    allow: Uint64.describe("Allow bit flags"),
    deny: Uint64.describe("Disallow bit flags"),
  })
  .meta({ id: "Override", description: "Representation of a single permission override" });
export type Override = z.output<typeof Override>;

/** Representation of a single permission override as it appears on models and in the database. */
export const OverrideField = z
  .object({
    a: Int64.describe("Allow bit flags"),
    d: Int64.describe("Disallow bit flags"),
  })
  .meta({
    id: "OverrideField",
    description: "Representation of a single permission override as it appears on models and in the database",
  });
export type OverrideField = z.output<typeof OverrideField>;
