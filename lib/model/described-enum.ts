import { z } from "zod";

/** One of several schemas, documented as `oneOf` under the given component name. */
export function oneOf<const T extends readonly z.ZodType[]>(
  id: string,
  description: string,
  options: T,
): z.ZodUnion<T> {
  return z.union(options).meta({ id, description, _internal: { refId: id, unionPreferredType: "oneOf" } });
}

/** An enum of which every value has its own description, as generated clients document it. */
export function describedEnum<const T extends Readonly<Record<string, string>>>(
  id: string,
  description: string,
  values: T,
): z.ZodUnion<readonly z.ZodLiteral<Extract<keyof T, string>>[]> {
  // `Object.keys` forgets that the keys of `values` are those of T.
  const names = Object.keys(values) as Extract<keyof T, string>[];
  return oneOf(
    id,
    description,
    names.map((name) => z.literal(name).describe(values[name] ?? name)),
  );
}
