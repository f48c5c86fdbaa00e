import { event } from "@lib/event/event.ts";
import { ANY_FORMER_TOPIC, formerTopic, privateTopic, serverTopic } from "@lib/event/topic.ts";
import { Channel } from "@lib/model/channel.ts";
import { Emoji, PartialEmoji } from "@lib/model/emoji.ts";
import { FieldsMember, Member, MemberCompositeKey, PartialMember } from "@lib/model/member.ts";
import { FieldsRole, PartialRole } from "@lib/model/role.ts";
import { FieldsServer, PartialServer, Server } from "@lib/model/server.ts";
import { ChannelVoiceState } from "@lib/model/voice.ts";
import { z } from "zod";

/** The user now is a member of a server: everything they can see of it. */
export const serverCreate = event(
  "ServerCreate",
  z.object({
    id: z.string(),
    server: Server,
    channels: z.array(Channel),
    emojis: z.array(Emoji),
    voice_states: z.array(ChannelVoiceState),
  }),
  { changes: "view", topics: (_, userId: string) => [privateTopic(userId)] },
);

/** A server changed. */
export const serverUpdate = event(
  "ServerUpdate",
  z.object({ id: z.string(), data: PartialServer, clear: z.array(FieldsServer) }),
  { changes: "view", topics: ({ id }) => [serverTopic(id)] },
);

/** A server is gone, whose members are listed, or null for more than can be. */
export const serverDelete = event("ServerDelete", z.object({ id: z.string() }), {
  changes: "view",
  topics: ({ id }, formerMembers: readonly string[] | null) => [
    serverTopic(id),
    ...(formerMembers?.map(formerTopic) ?? [ANY_FORMER_TOPIC]),
  ],
});

/** Somebody joined. `user` repeats `member._id.user` for older clients. */
export const serverMemberJoin = event(
  "ServerMemberJoin",
  z.object({ id: z.string(), user: z.string(), member: Member }),
  { changes: "view", topics: ({ id }) => [serverTopic(id)] },
);

/** A member changed. */
export const serverMemberUpdate = event(
  "ServerMemberUpdate",
  z.object({ id: MemberCompositeKey, data: PartialMember, clear: z.array(FieldsMember) }),
  { changes: "view", topics: ({ id }) => [serverTopic(id.server)] },
);

/** Somebody left, was kicked or was banned. Reaches them, too. */
export const serverMemberLeave = event(
  "ServerMemberLeave",
  z.object({ id: z.string(), user: z.string(), reason: z.enum(["Leave", "Kick", "Ban"]) }),
  { changes: "view", topics: ({ id }) => [serverTopic(id)] },
);

/** A role was created (`data` complete, its id under `id`; conformance events-60) or changed. */
export const serverRoleUpdate = event(
  "ServerRoleUpdate",
  z.object({ id: z.string(), role_id: z.string(), data: PartialRole, clear: z.array(FieldsRole) }),
  { changes: "view", topics: ({ id }) => [serverTopic(id)] },
);

/** A role is gone. */
export const serverRoleDelete = event("ServerRoleDelete", z.object({ id: z.string(), role_id: z.string() }), {
  changes: "view",
  topics: ({ id }) => [serverTopic(id)],
});

/** Roles have a new order: all ids from the highest, of rank 0, to the lowest (conformance events-61). */
export const serverRoleRanksUpdate = event(
  "ServerRoleRanksUpdate",
  z.object({ id: z.string(), ranks: z.array(z.string()) }),
  { changes: "view", topics: ({ id }) => [serverTopic(id)] },
);

/** A custom emoji was created. */
export const emojiCreate = event("EmojiCreate", Emoji, {
  changes: "nothing",
  topics: ({ parent }) => (parent.type === "Server" ? [serverTopic(parent.id)] : []),
});

/** A custom emoji was renamed. */
export const emojiUpdate = event("EmojiUpdate", z.object({ id: z.string(), data: PartialEmoji }), {
  changes: "nothing",
  topics: (_, serverId: string) => [serverTopic(serverId)],
});

/** A custom emoji was deleted. */
export const emojiDelete = event("EmojiDelete", z.object({ id: z.string() }), {
  changes: "nothing",
  topics: (_, serverId: string) => [serverTopic(serverId)],
});
