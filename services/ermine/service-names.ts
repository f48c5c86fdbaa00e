/** Every service that can run, alone or with the others. */
export const serviceNames = ["delta", "bonfire"] as const;

/** A service by name. */
export type ServiceName = (typeof serviceNames)[number];
