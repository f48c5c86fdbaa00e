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

/** Topic of internal events. No client connection ever subscribes to it. */
export const GLOBAL_TOPIC = "global";
