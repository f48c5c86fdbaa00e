import type { Deps } from "@lib/domain/deps.ts";
import { withFiles } from "@lib/domain/files/with-files.ts";
import type { SendableEmbed } from "@lib/model/sendable-message.ts";
import type { StoredEmbed } from "@lib/model/stored/embed.ts";
import type { FileDocument } from "@lib/model/stored/file.ts";
import type { MessageDocument } from "@lib/model/stored/message.ts";

/** What belongs to a message as files: its attachments, and its embeds with their media. */
export type MessageFiles = { attachments: FileDocument[]; embeds: StoredEmbed[] };

/**
 * Attaches uploaded files to a message, each at most once ever, and stores it with them. Fails with `NotFound` when one
 * is missing, of another tag or attached already (conformance messages-38); a message that could not be stored leaves
 * them free, so that sending it again works (P10).
 */
export function withMessageFiles<T>(
  deps: Pick<Deps, "store">,
  { _id, author }: Pick<MessageDocument, "_id" | "author">,
  { attachments = [], embeds = [] }: { attachments?: readonly string[]; embeds?: readonly SendableEmbed[] },
  write: (files: MessageFiles) => Promise<T>,
): Promise<T> {
  const ids = [...attachments, ...embeds.flatMap(({ media }) => media ?? [])];
  const claims = ids.map((id) => ({ tag: "attachments", id, use: { type: "Message", id: _id } as const }));
  const isStored = async () => (await deps.store.messages.get(_id)) !== null;
  return withFiles(deps, { uploaderId: author, claims, isStored }, (files) => {
    const media = files.slice(attachments.length).values();
    return write({
      attachments: files.slice(0, attachments.length),
      embeds: embeds.map((embed) => textEmbed(embed, embed.media == null ? undefined : media.next().value)),
    });
  });
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
