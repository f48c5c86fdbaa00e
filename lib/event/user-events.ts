import { event } from "@lib/event/event.ts";
import { memberTopic, privateTopic, serverTopic, userTopic } from "@lib/event/topic.ts";
import { Uint32 } from "@lib/model/integers.ts";
import { UserSettings } from "@lib/model/user-settings.ts";
import { FieldsUser, PartialUser, User } from "@lib/model/user.ts";
import { z } from "zod";

/**
 * A user changed. Takes the ids of the servers they are a member of: going online or offline is told to all members,
 * profile changes only to those who asked (`{server}u`). `event_id` serves readers that deliver topic by topic; it is
 * null here, since all topics are one entry, and for clients.
 */
export const userUpdate = event(
  "UserUpdate",
  z.object({ id: z.string(), data: PartialUser, clear: z.array(FieldsUser), event_id: z.string().nullable() }),
  {
    changes: "people",
    topics: ({ id, data }, serverIds: readonly string[]) => [
      ...serverIds.map(data.online === undefined ? memberTopic : serverTopic),
      userTopic(id),
    ],
  },
);

/** The relationship of the recipient `id` with `user` changed; `user` is rendered for the recipient. */
export const userRelationship = event("UserRelationship", z.object({ id: z.string(), user: User }), {
  changes: "view",
  topics: ({ id }) => [privateTopic(id)],
});

/** Synchronised settings were stored: for all sessions of the user, the originating one too (conformance events-69). */
export const userSettingsUpdate = event("UserSettingsUpdate", z.object({ id: z.string(), update: UserSettings }), {
  changes: "nothing",
  topics: ({ id }) => [privateTopic(id)],
});

/** Everything of a user is to be forgotten. Known to clients; no operation publishes it so far. */
export const userPlatformWipe = event("UserPlatformWipe", z.object({ user_id: z.string(), flags: Uint32 }), {
  changes: "nothing",
  topics: ({ user_id }) => [userTopic(user_id)],
});
