import { type AccountInvitesRepository, accountInvitesRepository } from "@lib/store/account-invites.ts";
import { type AccountsRepository, accountsRepository } from "@lib/store/accounts.ts";
import { type AttachmentHashesRepository, attachmentHashesRepository } from "@lib/store/attachment-hashes.ts";
import { type AttachmentsRepository, attachmentsRepository } from "@lib/store/attachments.ts";
import { type AuditLogsRepository, auditLogsRepository } from "@lib/store/audit-logs.ts";
import { type BansRepository, bansRepository } from "@lib/store/bans.ts";
import { type BotsRepository, botsRepository } from "@lib/store/bots.ts";
import { type ChannelsRepository, channelsRepository } from "@lib/store/channels.ts";
import type { Database } from "@lib/store/database.ts";
import type { OnMalformed } from "@lib/store/document-reader.ts";
import { type EmojisRepository, emojisRepository } from "@lib/store/emojis.ts";
import { type InvitesRepository, invitesRepository } from "@lib/store/invites.ts";
import { type MembersRepository, membersRepository } from "@lib/store/members.ts";
import { type MessagesRepository, messagesRepository } from "@lib/store/messages.ts";
import { type MfaTicketsRepository, mfaTicketsRepository } from "@lib/store/mfa-tickets.ts";
import { type PolicyChangesRepository, policyChangesRepository } from "@lib/store/policy-changes.ts";
import { type RatelimitEventsRepository, ratelimitEventsRepository } from "@lib/store/ratelimit-events.ts";
import { type ReportsRepository, reportsRepository } from "@lib/store/reports.ts";
import { type ServersRepository, serversRepository } from "@lib/store/servers.ts";
import { type SessionsRepository, sessionsRepository } from "@lib/store/sessions.ts";
import { type SnapshotsRepository, snapshotsRepository } from "@lib/store/snapshots.ts";
import { type UnreadsRepository, unreadsRepository } from "@lib/store/unreads.ts";
import { type UnpublishedRepository, unpublishedRepository } from "@lib/store/unpublished.ts";
import { type UserSettingsRepository, userSettingsRepository } from "@lib/store/user-settings.ts";
import { type UsersRepository, usersRepository } from "@lib/store/users.ts";
import { type WebhooksRepository, webhooksRepository } from "@lib/store/webhooks.ts";

/**
 * Everything that is kept, one repository per collection, written once for all drivers. Documents are returned in one
 * normal form (`lib/model/stored`), whichever of the forms of an existing database they have; documents that cannot be
 * read are reported and left out.
 */
export type Store = {
  readonly database: Database;
  readonly accountInvites: AccountInvitesRepository;
  readonly accounts: AccountsRepository;
  readonly attachmentHashes: AttachmentHashesRepository;
  readonly attachments: AttachmentsRepository;
  readonly auditLogs: AuditLogsRepository;
  readonly bans: BansRepository;
  readonly bots: BotsRepository;
  readonly channels: ChannelsRepository;
  readonly emojis: EmojisRepository;
  readonly invites: InvitesRepository;
  readonly members: MembersRepository;
  readonly messages: MessagesRepository;
  readonly mfaTickets: MfaTicketsRepository;
  readonly policyChanges: PolicyChangesRepository;
  readonly ratelimitEvents: RatelimitEventsRepository;
  readonly reports: ReportsRepository;
  readonly servers: ServersRepository;
  readonly sessions: SessionsRepository;
  readonly snapshots: SnapshotsRepository;
  readonly unpublished: UnpublishedRepository;
  readonly unreads: UnreadsRepository;
  readonly userSettings: UserSettingsRepository;
  readonly users: UsersRepository;
  readonly webhooks: WebhooksRepository;
};

/** The repositories over an open database. Closing it stays with who opened it. */
export function openStore(database: Database, { onMalformed }: { onMalformed: OnMalformed }): Store {
  return {
    database,
    accountInvites: accountInvitesRepository(database, onMalformed),
    accounts: accountsRepository(database, onMalformed),
    attachmentHashes: attachmentHashesRepository(database, onMalformed),
    attachments: attachmentsRepository(database, onMalformed),
    auditLogs: auditLogsRepository(database, onMalformed),
    bans: bansRepository(database, onMalformed),
    bots: botsRepository(database, onMalformed),
    channels: channelsRepository(database, onMalformed),
    emojis: emojisRepository(database, onMalformed),
    invites: invitesRepository(database, onMalformed),
    members: membersRepository(database, onMalformed),
    messages: messagesRepository(database, onMalformed),
    mfaTickets: mfaTicketsRepository(database, onMalformed),
    policyChanges: policyChangesRepository(database, onMalformed),
    ratelimitEvents: ratelimitEventsRepository(database),
    reports: reportsRepository(database, onMalformed),
    servers: serversRepository(database, onMalformed),
    sessions: sessionsRepository(database, onMalformed),
    snapshots: snapshotsRepository(database, onMalformed),
    unpublished: unpublishedRepository(database, onMalformed),
    unreads: unreadsRepository(database, onMalformed),
    userSettings: userSettingsRepository(database),
    users: usersRepository(database, onMalformed),
    webhooks: webhooksRepository(database, onMalformed),
  };
}
