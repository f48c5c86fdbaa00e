import type { Channel, GroupChannel, PartialChannel, TextChannel } from "@lib/model/channel.ts";
import type { ChannelChanges } from "@lib/model/stored/audit-log.ts";
import type { ChannelDocument, GroupDocument, TextChannelDocument } from "@lib/model/stored/channel.ts";
import { defined } from "@lib/model/view/defined.ts";
import { viewFile } from "@lib/model/view/file.ts";

/** A channel as clients see it. */
export function viewChannel(channel: ChannelDocument): Channel {
  const { channel_type, _id } = channel;
  switch (channel_type) {
    case "SavedMessages":
      return { channel_type, _id, user: channel.user };
    case "DirectMessage": {
      const { active, recipients, last_message_id } = channel;
      return defined({ channel_type, _id, active, recipients, last_message_id });
    }
    case "Group":
      return viewGroup(channel);
    case "TextChannel":
      return viewTextChannel(channel);
  }
}

/** Changed fields of a channel as events and the audit log carry them. */
export function viewPartialChannel(changes: ChannelChanges): PartialChannel {
  return defined({
    name: changes.name,
    owner: changes.owner,
    description: changes.description,
    icon: changes.icon && viewFile(changes.icon),
    nsfw: changes.nsfw,
    active: changes.active,
    permissions: changes.permissions,
    role_permissions: changes.role_permissions,
    default_permissions: changes.default_permissions,
    last_message_id: changes.last_message_id,
    voice: changes.voice,
    slowmode: changes.slowmode,
  });
}

function viewGroup(channel: GroupDocument): GroupChannel {
  const { channel_type, _id, name, owner, description, recipients, icon, last_message_id, permissions } = channel;
  return defined({
    channel_type,
    _id,
    name,
    owner,
    description,
    recipients,
    icon: icon && viewFile(icon),
    last_message_id,
    permissions,
    nsfw: channel.nsfw || undefined,
  });
}

function viewTextChannel(channel: TextChannelDocument): TextChannel {
  const { role_permissions } = channel;
  return defined({
    channel_type: channel.channel_type,
    _id: channel._id,
    server: channel.server,
    name: channel.name,
    description: channel.description,
    icon: channel.icon && viewFile(channel.icon),
    last_message_id: channel.last_message_id,
    default_permissions: channel.default_permissions,
    role_permissions: Object.keys(role_permissions).length > 0 ? role_permissions : undefined,
    nsfw: channel.nsfw || undefined,
    voice: channel.voice,
    slowmode: channel.slowmode,
  });
}
