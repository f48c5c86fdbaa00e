/**
 * The arguments of `refine` for a body that may set and remove fields: doing both to one field is refused
 * (`FailedValidation`; P27), where the reference fails with a database error. `fields` gives the field of each removal.
 */
export function setsApartFromRemoves<Removal extends string>(fields: Readonly<Record<Removal, string>>) {
  const isApart = (body: { remove: readonly Removal[] }): boolean =>
    body.remove.every((removal) => Reflect.get(body, fields[removal]) === undefined);
  return [isApart, "a field cannot be set and removed at once"] as const;
}
