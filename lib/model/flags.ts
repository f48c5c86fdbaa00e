/** Bits of `User.badges`. */
export const UserBadge = {
  Developer: 1,
  Translator: 2,
  Supporter: 4,
  ResponsibleDisclosure: 8,
  Founder: 16,
  PlatformModeration: 32,
  ActiveSupporter: 64,
  Paw: 128,
  EarlyAdopter: 256,
  ReservedRelevantJokeBadge1: 512,
  ReservedRelevantJokeBadge2: 1024,
} as const;

/** Values of `User.flags`. */
export const UserFlag = { SuspendedUntil: 1, Deleted: 2, Banned: 4, Spam: 8 } as const;

/** Bits of `Message.flags`. */
export const MessageFlag = { SuppressNotifications: 2, MentionsEveryone: 4, MentionsOnline: 8 } as const;

/** Bits of `Server.flags`. */
export const ServerFlag = { Verified: 1, Official: 2 } as const;

/** Bits of `Bot.flags`. */
export const BotFlag = { Verified: 1, Official: 2 } as const;
