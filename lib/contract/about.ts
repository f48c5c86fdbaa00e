/** What the OpenAPI document says about the API as a whole, as existing generators and readers know it (conformance http-56). */
export const about = {
  info: {
    title: "Stoat API",
    description: "Open source user-first chat platform.",
    termsOfService: "https://stoat.chat/terms",
    contact: { name: "Stoat", url: "https://stoat.chat", email: "contact@stoat.chat" },
    license: { name: "MIT" },
    version: "0.15.1",
  },
  servers: [
    { url: "https://api.stoat.chat", description: "Stoat Production" },
    { url: "https://beta.stoat.chat/api", description: "Stoat Beta" },
  ],
  externalDocs: { url: "https://developers.stoat.chat" },
  "x-logo": { url: "https://stoat.chat/header.png", altText: "Stoat Header" },
  "x-tagGroups": [
    { name: "Stoat", tags: ["Core"] },
    { name: "Users", tags: ["User Information", "Direct Messaging", "Relationships"] },
    { name: "Bots", tags: ["Bots"] },
    {
      name: "Channels",
      tags: [
        "Channel Information",
        "Channel Invites",
        "Channel Permissions",
        "Messaging",
        "Interactions",
        "Groups",
        "Voice",
        "Webhooks",
      ],
    },
    { name: "Servers", tags: ["Server Information", "Server Members", "Server Permissions"] },
    { name: "Invites", tags: ["Invites"] },
    { name: "Customisation", tags: ["Emojis"] },
    { name: "Platform Administration", tags: ["Admin", "User Safety"] },
    { name: "Authentication", tags: ["Account", "Session", "Onboarding", "MFA"] },
    { name: "Miscellaneous", tags: ["Sync", "Web Push"] },
  ],
};
