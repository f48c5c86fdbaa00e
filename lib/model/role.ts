import { described } from "@lib/model/described.ts";
import { File } from "@lib/model/file.ts";
import { Int64 } from "@lib/model/int64.ts";
import { nullish } from "@lib/model/nullish.ts";
import { OverrideField } from "@lib/model/permission-override.ts";
import { z } from "zod";

/** Role. */
export const Role = z
  .object({
    _id: z.string().describe("Unique Id"),
    name: z.string().describe("Role name"),
    permissions: described(OverrideField, "Permissions available to this role"),
    colour: z.string().describe("Colour used for this role\n\nThis can be any valid CSS colour").nullish(),
    hoist: z.boolean().describe("Whether this role should be shown separately on the member sidebar").optional(),
    rank: Int64.describe("Ranking of this role").default(0).meta({ default: 0 }),
    icon: described(File, "Role icon").nullish(),
  })
  .meta({ id: "Role", description: "Role" });
export type Role = z.output<typeof Role>;

/** Optional fields on server object. */
export const FieldsRole = z
  .enum(["Colour", "Icon"])
  .meta({ id: "FieldsRole", description: "Optional fields on server object" });
export type FieldsRole = z.output<typeof FieldsRole>;

/** What changed in a role, or all of a new one. The identifier is `id` here. */
export const PartialRole = z
  .object({
    id: z.string().nullish(),
    name: z.string().nullish(),
    permissions: OverrideField.nullish(),
    colour: z.string().nullish(),
    hoist: z.boolean().nullish(),
    rank: nullish(Int64),
    icon: File.nullish(),
  })
  .meta({ id: "PartialRole" });
export type PartialRole = z.output<typeof PartialRole>;

/** Response after creating new role. */
export const NewRoleResponse = z
  .object({
    id: z.string().describe("Id of the role"),
    role: described(Role, "New role"),
  })
  .meta({ id: "NewRoleResponse", description: "Response after creating new role" });
export type NewRoleResponse = z.output<typeof NewRoleResponse>;
