import type { Deps } from "@lib/domain/deps.ts";
import { fail } from "@lib/error/fail.ts";
import type { SendableEmbed } from "@lib/model/sendable-message.ts";
import type { StoredEmbed } from "@lib/model/stored/embed.ts";
import type { FileDocument } from "@lib/model/stored/file.ts";

/** What belongs to a message as files: its attachments, and its embeds with their media. */
export type MessageFiles = { attachments: FileDocument[]; embeds: StoredEmbed[] };

/**
 * Attaches uploaded files to a message, each at most once ever. Fails with `NotFound`, giving back what was claimed,
 * when one is missing, of another tag or attached already (conformance messages-38).
 */
export async function claimMessageFiles(
  { store }: Pick<Deps, "store">,
  { messageId, authorId }: { messageId: string; authorId: string },
  { attachments = [], embeds = [] }: { attachments?: readonly string[]; embeds?: readonly SendableEmbed[] },
): Promise<MessageFiles> {
  const ids = [...attachments, ...embeds.flatMap(({ media }) => media ?? [])];
  const use = { type: "Message", id: messageId } as const;
  const claimed = await Promise.all(ids.map((id) => store.attachments.claim("attachments", id, use, authorId)));
  const files = claimed.filter((file) => file !== null);
  if (files.length < ids.length) {
    const claimedIds = files.map(({ _id }) => _id);
    await store.attachments.release(claimedIds, use);
    fail("NotFound");
  }
  const media = files.slice(attachments.length).values();
  return {
    attachments: files.slice(0, attachments.length),
    embeds: embeds.map((embed) => textEmbed(embed, embed.media == null ? undefined : media.next().value)),
  };
}

function textEmbed({ icon_url, url, title, description, colour }: SendableEmbed, media?: FileDocument): StoredEmbed {
  return {
    type: "Text",
    ...(icon_url != null && { icon_url }),
    ...(url != null && { url }),
    ...(title != null && { title }),
    ...(description != null && { description }),
    ...(media && { media: withoutInternals(media) }),
    ...(colour != null && { colour }),
  };
}

/** Media of embeds are stored as they are sent, without where the bytes are. */
function withoutInternals({ hash, uploaded_at, uploader_id, used_for, ...sent }: FileDocument): FileDocument {
  return sent;
}
