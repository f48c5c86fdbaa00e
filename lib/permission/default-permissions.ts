import { permissionsOf, union } from "@lib/permission/permissions.ts";

/** What a member in timeout keeps, at most. */
export const allowedInTimeout = permissionsOf("ViewChannel", "ReadMessageHistory");

/** Reading without taking part: a direct message with a stranger, and the least that a group gives. */
export const viewOnly = permissionsOf("ViewChannel", "ReadMessageHistory");

/** What everyone may usually do (76477890560). */
export const defaultPermissions = union(
  viewOnly,
  permissionsOf("SendMessage", "InviteOthers", "SendEmbeds", "UploadFiles", "Connect", "Speak", "Listen", "Video"),
);

/** Direct messages, and groups that set nothing else (77283196929). */
export const directMessageDefault = union(defaultPermissions, permissionsOf("ManageChannel", "React", "Masquerade"));

/** The default set of a new server (77014766592). */
export const serverDefault = union(defaultPermissions, permissionsOf("React", "ChangeNickname", "ChangeAvatar"));

/** What a new webhook may do (876609536). */
export const webhookDefault = permissionsOf("SendMessage", "SendEmbeds", "Masquerade", "React");
