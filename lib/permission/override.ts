import { fail } from "@lib/error/fail.ts";
import type { Int64 } from "@lib/model/int64.ts";
import {
  type PermissionValue,
  contains,
  permissionValue,
  toStored,
  union,
  without,
} from "@lib/permission/permissions.ts";

/** An override as stored and sent: what it allows and what it denies. */
export type PermissionOverride = { readonly a: Int64; readonly d: Int64 };

/** The value after an override. A bit that it both allows and denies is denied (conformance permissions-21). */
export function applyOverride(value: PermissionValue, { a, d }: PermissionOverride): PermissionValue {
  return without(union(value, permissionValue(a)), permissionValue(d));
}

/** The stored form of an override as requests spell it: unsigned integers become signed ones. */
export function storedOverride({ allow, deny }: { allow: Int64; deny: Int64 }): { a: Int64; d: Int64 } {
  return { a: toStored(permissionValue(allow)), d: toStored(permissionValue(deny)) };
}

/**
 * Whether one who holds `mine` may replace the override in force by another: allowing more and denying less needs the
 * bits concerned; allowing less and denying more is free.
 */
export function canSetOverride(
  mine: PermissionValue,
  current: PermissionOverride | null,
  next: PermissionOverride,
): boolean {
  const allowed = permissionValue(next.a);
  if (!current) return contains(mine, allowed);
  const added = without(allowed, permissionValue(current.a));
  const lifted = without(permissionValue(current.d), permissionValue(next.d));
  return contains(mine, union(added, lifted));
}

/** Fails with `CannotGiveMissingPermissions` unless `canSetOverride` (conformance permissions-3). */
export function grantCheck(mine: PermissionValue, current: PermissionOverride | null, next: PermissionOverride): void {
  if (!canSetOverride(mine, current, next)) fail("CannotGiveMissingPermissions");
}
