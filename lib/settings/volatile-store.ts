import type { Settings } from "@lib/settings/settings.ts";

const VOLATILE_STORE = "sqlite::memory:";

/** The store that a value of `database.mongodb` chooses; an empty one means storage in memory, as in the reference. */
export const storeOfMongodb = (mongodb: string): string => (mongodb === "" ? VOLATILE_STORE : mongodb);

/** Whether all data ends with the process. */
export const isVolatile = ({ store }: Pick<Settings["ermine"], "store">): boolean => store === VOLATILE_STORE;
