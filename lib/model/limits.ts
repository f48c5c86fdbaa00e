/**
 * Bounds and forms of what clients write. Lengths count Unicode scalar values; patterns match the whole text.
 * Limits that an operator can change are settings, not here.
 */

/** User and bot names: letters of any script, decimal digits, `_`, `.` and `-`. */
export const USERNAME_PATTERN = /^(?:\p{L}|[\p{Nd}_.-])+$/u;

/** Display names: no line breaks and no zero-width space. */
export const DISPLAY_NAME_PATTERN = /^[^\u200B\n\r]+$/;

/** Bounds of a username, before sanitising. */
export const USERNAME_LENGTH = { min: 2, max: 32 } as const;

/** Bounds of a display name. */
export const DISPLAY_NAME_LENGTH = { min: 2, max: 32 } as const;

/** Bounds of pronouns of users and members. */
export const PRONOUNS_LENGTH = { min: 1, max: 24 } as const;

/** Bounds of the names of servers, channels, groups, roles and webhooks, of nicknames, category titles and masquerades. */
export const NAME_LENGTH = { min: 1, max: 32 } as const;

/** Longest description of a server, channel or group; longest reason of a ban. */
export const DESCRIPTION_LENGTH_MAX = 1024;

/** Longest custom status text. */
export const STATUS_TEXT_LENGTH_MAX = 128;

/** Longest text of a profile. */
export const PROFILE_CONTENT_LENGTH_MAX = 2000;

/** Bounds of a reference to an uploaded file. */
export const FILE_ID_LENGTH = { min: 1, max: 128 } as const;

/** Bounds of a message nonce. */
export const NONCE_LENGTH = { min: 1, max: 64 } as const;

/** Characters of a ULID. */
export const ULID_LENGTH = 26;

/** Characters of an invite code. */
export const INVITE_CODE_LENGTH = 8;

/** Longest slowmode of a channel, in seconds. */
export const SLOWMODE_SECONDS_MAX = 21_600;

/** Longest time back for which a ban deletes messages, in seconds. */
export const BAN_DELETE_SECONDS_MAX = 604_800;
