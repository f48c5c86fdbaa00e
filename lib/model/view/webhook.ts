import type { WebhookDocument } from "@lib/model/stored/webhook.ts";
import { defined } from "@lib/model/view/defined.ts";
import { viewFile } from "@lib/model/view/file.ts";
import type { PartialWebhook, ResponseWebhook, Webhook } from "@lib/model/webhook.ts";

/** A webhook with its token, for those who manage it. */
export function viewWebhook(webhook: WebhookDocument): Webhook {
  const { _id, avatar, token = null, ...fields } = webhook;
  return defined({ id: _id, ...fields, avatar: avatar && viewFile(avatar), token });
}

/** A webhook as events carry it: without its token. */
export function viewAnnouncedWebhook(webhook: WebhookDocument): Webhook {
  return { ...viewWebhook(webhook), token: null };
}

/** As much of a webhook as others may know. */
export function viewPublicWebhook({ _id, name, avatar, channel_id, permissions }: WebhookDocument): ResponseWebhook {
  return { id: _id, name, avatar: avatar?._id ?? null, channel_id, permissions };
}

/** Changed fields of a webhook as events carry them. */
export function viewPartialWebhook(changes: Partial<WebhookDocument>): PartialWebhook {
  const { name, avatar, permissions } = changes;
  return defined({ name, avatar: avatar && viewFile(avatar), permissions });
}
