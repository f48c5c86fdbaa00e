import type { Actor } from "@lib/domain/actor.ts";
import type { ChannelAccess } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import type { AuthorView } from "@lib/domain/messages/dispatch-message.ts";
import { ulidTime } from "@lib/model/ids.ts";
import type { WebhookDocument } from "@lib/model/stored/webhook.ts";
import { viewMember } from "@lib/model/view/member.ts";
import { viewStaticUser } from "@lib/model/view/user.ts";
import { type UserLimits, limitsFor } from "@lib/settings/limits.ts";

/** Who writes a message: a user or bot, with what was found out about them in the channel, or a webhook. */
export type MessageAuthor =
  { type: "user"; actor: Actor; access: ChannelAccess } | { type: "webhook"; webhook: WebhookDocument };

/** The id that the message names as its author. */
export function authorId(author: MessageAuthor): string {
  return author.type === "user" ? author.actor.id : author.webhook._id;
}

/** The limits of an author; webhooks have those of established users. */
export function authorLimits(deps: Pick<Deps, "settings" | "clock">, author: MessageAuthor): UserLimits {
  return author.type === "webhook" ? deps.settings.features.limits.default : userLimits(deps, author.actor.id);
}

/** The limits of a user or bot. */
export function userLimits({ settings, clock }: Pick<Deps, "settings" | "clock">, userId: string): UserLimits {
  return limitsFor(settings, ulidTime(userId), clock.now());
}

/** The author as everybody sees them beside the message; a webhook is part of the message itself. */
export async function viewAuthor(
  { keys, settings }: Pick<Deps, "keys" | "settings">,
  author: MessageAuthor,
): Promise<AuthorView> {
  if (author.type === "webhook") return {};
  const { actor, access } = author;
  const online = (await keys.listOnline([actor.id])).has(actor.id);
  const user = viewStaticUser(actor.user, { online, earlyAdopterCutoffMs: settings.api.users.early_adopter_cutoff });
  return { user, ...(access.member && { member: viewMember(access.member) }) };
}
