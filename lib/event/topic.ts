/** Topic of a user's public changes: those who know the user. */
export const userTopic = (userId: string) => userId;

/** Topic of what only the user's own connections receive. */
export const privateTopic = (userId: string) => `${userId}!`;

/** Topic of a server: its members. */
export const serverTopic = (serverId: string) => serverId;

/** Topic of profile changes of a server's members: bots, and those who asked for it. */
export const memberTopic = (serverId: string) => `${serverId}u`;

/** Topic of a channel: those who can see it. */
export const channelTopic = (channelId: string) => channelId;

/** Topic of what somebody is no longer in: no connection subscribes to it, but who resumes looks for it. */
export const formerTopic = (userId: string) => `left:${userId}`;

/** The same for events that do not say who was in what is gone. */
export const ANY_FORMER_TOPIC = "*";

/** Topic of internal events. No client connection ever subscribes to it. */
export const GLOBAL_TOPIC = "global";
