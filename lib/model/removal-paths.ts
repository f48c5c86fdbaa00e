/**
 * Where the removable fields of each kind of document are: names as requests (`remove`) and events (`clear`) have them,
 * to the path that is unset. Null: a name of the protocol that unsets nothing.
 */

export const userRemovals = {
  Avatar: "avatar",
  StatusText: "status.text",
  StatusPresence: "status.presence",
  ProfileContent: "profile.content",
  ProfileBackground: "profile.background",
  DisplayName: "display_name",
  Pronouns: "pronouns",
  Suspension: "suspended_until",
  Internal: null,
} as const;

export const channelRemovals = {
  Description: "description",
  Icon: "icon",
  DefaultPermissions: "default_permissions",
  Voice: "voice",
  Slowmode: "slowmode",
} as const;

export const serverRemovals = {
  Description: "description",
  Categories: "categories",
  SystemMessages: "system_messages",
  Icon: "icon",
  Banner: "banner",
} as const;

export const roleRemovals = { Colour: "colour", Icon: "icon" } as const;

export const memberRemovals = {
  Nickname: "nickname",
  Pronouns: "pronouns",
  Avatar: "avatar",
  Roles: "roles",
  Timeout: "timeout",
  CanPublish: "can_publish",
  CanReceive: "can_receive",
  // Without its time of joining a membership could not be read any more.
  JoinedAt: null,
  VoiceChannel: null,
} as const;
