import type { DataMessageSend } from "@lib/contract/messages.ts";
import type { Actor } from "@lib/domain/actor.ts";
import { type ChannelAccess, accessChannel } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { type CreateDeps, createMessage } from "@lib/domain/messages/create-message.ts";
import { holdSlowmode } from "@lib/domain/messages/hold-slowmode.ts";
import { requireUsableEmojis } from "@lib/domain/reactions/usable-emoji.ts";
import { fail } from "@lib/error/fail.ts";
import { ulidTime } from "@lib/model/ids.ts";
import type { Message } from "@lib/model/message.ts";
import { type PermissionName, requirePermission } from "@lib/permission/permissions.ts";

/** Accounts younger than this cannot mention by reply or flag on servers that everybody can find. */
const NEWCOMER_MS = 12 * 3_600_000;

/** Sends a message of a user or bot (conformance messages-29 to messages-54). */
export async function sendMessage(
  deps: CreateDeps,
  actor: Actor,
  { target, body, idempotencyKey }: { target: string; body: DataMessageSend; idempotencyKey: string },
): Promise<Message> {
  const access = await accessChannel(deps, actor, target, "SendMessage");
  requirePermission(access.permissions, permissionsFor(body));
  await holdSlowmode(deps, actor, access);
  await requirePresetReactions(deps, access, body);
  return createMessage(deps, {
    channel: access.channel,
    author: { type: "user", actor, access },
    body,
    idempotencyKey,
    mayMention: !(access.server?.discoverable && deps.clock.now() - ulidTime(actor.id) < NEWCOMER_MS),
  });
}

/** What the parts of a message need beside `SendMessage`, in the order in which they are asked for (conformance messages-35). */
function permissionsFor({ masquerade, embeds, attachments }: DataMessageSend): PermissionName[] {
  const needed: PermissionName[] = [];
  if (masquerade) needed.push("Masquerade");
  if (masquerade?.colour != null) needed.push("ManageRole");
  if (embeds?.length) needed.push("SendEmbeds");
  if (attachments?.length) needed.push("UploadFiles");
  return needed;
}

async function requirePresetReactions(
  deps: Pick<Deps, "store" | "settings">,
  { permissions }: ChannelAccess,
  { interactions }: DataMessageSend,
): Promise<void> {
  if (interactions?.reactions == null) return;
  requirePermission(permissions, "React");
  const emojis = [...new Set(interactions.reactions)];
  if (emojis.length > deps.settings.features.limits.global.message_reactions) fail("InvalidOperation");
  await requireUsableEmojis(deps, emojis);
}
