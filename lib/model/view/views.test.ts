import { expect, test } from "bun:test";
import { viewLogin, viewMfaTicket, viewMultiFactorStatus, viewSession } from "@lib/model/view/account.ts";
import { viewAuditLogEntry } from "@lib/model/view/audit-log.ts";
import { viewBan, viewBannedUser } from "@lib/model/view/ban.ts";
import { viewBot, viewPublicBot } from "@lib/model/view/bot.ts";
import { viewChannel } from "@lib/model/view/channel.ts";
import { viewEmoji } from "@lib/model/view/emoji.ts";
import { viewFile } from "@lib/model/view/file.ts";
import { viewMember, viewPartialMember } from "@lib/model/view/member.ts";
import { viewMessage, viewPartialMessage } from "@lib/model/view/message.ts";
import { viewPartialServer, viewServer } from "@lib/model/view/server.ts";
import { viewUnread } from "@lib/model/view/unread.ts";
import { viewAnnouncedWebhook, viewPublicWebhook, viewWebhook } from "@lib/model/view/webhook.ts";
import {
  storedAccount,
  storedFile,
  storedMessage,
  storedRole,
  storedServer,
  storedTextChannel,
  storedUser,
} from "@tests/harness/stored-documents.ts";

const secrets = ["hash", "uploaded_at", "uploader_id", "used_for"];

test("data-71: no file, wherever it is, shows where it is kept, who uploaded it or what uses it", () => {
  const icon = storedFile("f", { used_for: { type: "ServerIcon", id: "s" } });
  const views = [
    viewFile(icon),
    viewServer(storedServer("s", { icon, banner: icon, roles: { r: storedRole("r", { icon }) } }), 1),
    viewPartialServer({ icon }),
    viewMember({
      _id: { server: "s", user: "u" },
      joined_at: 1,
      avatar: icon,
      roles: [],
      can_publish: true,
      can_receive: true,
    }),
    viewChannel(storedTextChannel("c", { icon })),
    viewMessage(storedMessage("m", { attachments: [icon], embeds: [{ type: "Text", media: icon }] })),
    viewPartialMessage({ embeds: [{ type: "Text", media: icon }] }),
    viewBannedUser(storedUser("u", { avatar: icon })),
    viewWebhook({ _id: "w", name: "n", avatar: icon, creator_id: "u", channel_id: "c", permissions: 0 }),
  ];
  for (const view of views) {
    const text = JSON.stringify(view);
    expect(text).toContain('"_id":"f"');
    for (const secret of secrets) expect(text).not.toContain(`"${secret}"`);
  }
});

test("of an image is null what is not known", () => {
  expect(viewFile(storedFile("f")).metadata).toEqual({
    type: "Image",
    width: 640,
    height: 480,
    thumbhash: null,
    animated: null,
  });
  const known = { type: "Image", width: 1, height: 2, thumbhash: [3], animated: false } as const;
  expect(viewFile(storedFile("f", { metadata: { ...known, thumbhash: [3] } })).metadata).toEqual({
    ...known,
    thumbhash: [3],
  });
});

test("a server leaves out what is as usual, and always counts its members", () => {
  expect(viewServer(storedServer("s", { flags: 0 }), 7)).toEqual({
    _id: "s",
    owner: "owner",
    name: "A server",
    channels: [],
    default_permissions: 77_014_766_592,
    approximate_member_count: 7,
  });
  const roles = { r: storedRole("r", { hoist: true }) };
  expect(viewServer(storedServer("s", { nsfw: true, roles }), 0)).toMatchObject({
    nsfw: true,
    roles: { r: { hoist: true, rank: 0 } },
  });
});

test("data-18: a member's times are text, and usual voice permissions are left out", () => {
  const member = {
    _id: { server: "s", user: "u" },
    joined_at: 1_700_000_000_000,
    roles: [],
    can_publish: true,
    can_receive: false,
  };
  expect(viewMember(member)).toEqual({ _id: member._id, joined_at: "2023-11-14T22:13:20.000Z", can_receive: false });
  expect(viewPartialMember({ timeout: 0, roles: [], can_publish: true })).toEqual({
    timeout: "1970-01-01T00:00:00.000Z",
    roles: [],
    can_publish: true,
  });
});

test("data-15: a ban without reason shows null, and a banned user without avatar too", () => {
  expect(viewBan({ _id: { server: "s", user: "u" } })).toEqual({ _id: { server: "s", user: "u" }, reason: null });
  expect(viewBannedUser(storedUser("u"))).toEqual({
    _id: "u",
    username: "name-u",
    discriminator: "0042",
    avatar: null,
  });
});

test("channels show what they have; saved messages only whose they are", () => {
  expect(viewChannel({ channel_type: "SavedMessages", _id: "c", user: "u", last_message_id: "m" })).toEqual({
    channel_type: "SavedMessages",
    _id: "c",
    user: "u",
  });
  expect(viewChannel(storedTextChannel("c", { voice: {}, slowmode: 0 }))).toEqual({
    channel_type: "TextChannel",
    _id: "c",
    server: "server",
    name: "General",
    voice: {},
    slowmode: 0,
  });
  const direct = { channel_type: "DirectMessage", _id: "c", active: false, recipients: ["a", "b"] } as const;
  expect(viewChannel({ ...direct, recipients: ["a", "b"] })).toEqual({ ...direct, recipients: ["a", "b"] });
});

test("data-23: a plain message shows no flags, reactions or interactions", () => {
  const plain = { _id: "m", channel: "channel", author: "author", content: "hi" };
  expect(viewMessage(storedMessage("m", { interactions: { restrict_reactions: false }, pinned: false }))).toEqual(
    plain,
  );
  const webhook = { name: "hook" };
  expect(viewMessage(storedMessage("m", { edited: 0, flags: 2, pinned: true, webhook }))).toEqual({
    ...plain,
    edited: "1970-01-01T00:00:00.000Z",
    flags: 2,
    pinned: true,
    webhook: { name: "hook", avatar: null },
  });
});

test("a running call has no end yet", () => {
  const call = { type: "call_started", by: "u" } as const;
  expect(viewMessage(storedMessage("m", { system: call })).system).toEqual({ ...call, finished_at: null });
  expect(viewMessage(storedMessage("m", { system: { ...call, finished_at: 0 } })).system).toEqual({
    ...call,
    finished_at: "1970-01-01T00:00:00.000Z",
  });
});

test("data-73: an entry of the audit log hides its expiry and shows permissions as allow and deny", () => {
  const entry = { _id: "e", expires_at: 5, server: "s", user: "u" };
  const permissions = { a: 1, d: 2 };
  expect(
    viewAuditLogEntry({
      ...entry,
      action: { type: "ChannelRolePermissionsEdit", channel: "c", role: "r", permissions },
    }),
  ).toEqual({
    _id: "e",
    server: "s",
    user: "u",
    reason: null,
    target: null,
    action: { type: "ChannelRolePermissionsEdit", channel: "c", role: "r", permissions: { allow: 1, deny: 2 } },
  });
  const edit = { type: "MemberEdit", user: "x", before: {}, after: { timeout: 0 } } as const;
  expect(viewAuditLogEntry({ ...entry, action: edit }).action).toEqual({
    ...edit,
    after: { timeout: "1970-01-01T00:00:00.000Z" },
  });
});

test("a webhook's token is shown to those who manage it, never in events or to others", () => {
  const webhook = { _id: "w", name: "n", creator_id: "u", channel_id: "c", permissions: 1, token: "secret" };
  const { _id, ...fields } = webhook;
  expect(viewWebhook(webhook)).toEqual({ id: "w", ...fields });
  expect(viewAnnouncedWebhook(webhook)).toEqual({ id: "w", ...fields, token: null });
  expect(viewPublicWebhook(webhook)).toEqual({ id: "w", name: "n", avatar: null, channel_id: "c", permissions: 1 });
});

test("bots leave out what is unset, and the public does not get their token", () => {
  const urls = { interactions_url: "", terms_of_service_url: "", privacy_policy_url: "" };
  const bot = {
    _id: "b",
    owner: "u",
    token: "secret",
    public: true,
    analytics: false,
    discoverable: false,
    flags: 0,
    ...urls,
  };
  expect(viewBot(bot)).toEqual({ _id: "b", owner: "u", token: "secret", public: true });
  const user = storedUser("b", { avatar: storedFile("f"), profile: { content: "" } });
  expect(viewPublicBot(bot, user)).toEqual({ _id: "b", username: "name-b", avatar: "f" });
});

test("emoji and read states leave out what is empty", () => {
  const emoji = { _id: "e", parent: { type: "Detached" }, creator_id: "u", name: "cat" } as const;
  expect(viewEmoji({ ...emoji, animated: true, nsfw: false })).toEqual({ ...emoji, animated: true });
  const key = { channel: "c", user: "u" };
  expect(viewUnread({ _id: key, mentions: [] })).toEqual({ _id: key });
  expect(viewUnread({ _id: key, last_id: "m", mentions: ["n"] })).toEqual({ _id: key, last_id: "m", mentions: ["n"] });
});

test("sessions show their token at login only, and a generator that waits for its first code is not in force", () => {
  const session = { _id: "s", user_id: "u", token: "secret", name: "phone", last_seen: 0 };
  expect(viewSession(session)).toEqual({ _id: "s", name: "phone" });
  expect(viewLogin(session)).toEqual({ result: "Success", ...session, last_seen: "1970-01-01T00:00:00.000Z" });
  const ticket = { _id: "t", account_id: "a", token: "secret", validated: true, authorised: false };
  expect(viewMfaTicket(ticket)).toEqual({ ...ticket, last_totp_code: null });
  const totp = (status: "Pending" | "Enabled") =>
    viewMultiFactorStatus(storedAccount("a", { mfa: { totp_token: { status, secret: "s" }, recovery_codes: ["c"] } }));
  expect(totp("Pending")).toEqual({ recovery_active: true });
  expect(totp("Enabled")).toEqual({ recovery_active: true, totp_mfa: true });
  expect(viewMultiFactorStatus(storedAccount("a"))).toEqual({});
});
