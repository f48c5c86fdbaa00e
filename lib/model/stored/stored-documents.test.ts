import { expect, test } from "bun:test";
import { AccountDocument } from "@lib/model/stored/account.ts";
import { ChannelDocument } from "@lib/model/stored/channel.ts";
import { FileDocument } from "@lib/model/stored/file.ts";
import { MemberDocument } from "@lib/model/stored/member.ts";
import { MessageDocument } from "@lib/model/stored/message.ts";
import { compileReader } from "@lib/model/stored/compile-reader.ts";
import { ServerDocument } from "@lib/model/stored/server.ts";
import { readSettings } from "@lib/model/stored/user-settings.ts";
import { UserDocument } from "@lib/model/stored/user.ts";

test("data-16: a user reads the same with a time as integer, text or date", () => {
  const user = { _id: "u", username: "alice", discriminator: "4821" };
  const times = [1_749_269_088_000, "2025-06-07T04:04:48+0000", new Date(1_749_269_088_000)];
  const read = times.map((time) => compileReader(UserDocument)({ ...user, last_acknowledged_policy_change: time }));
  expect(read[0]).toEqual({ ...user, privileged: false, last_acknowledged_policy_change: 1_749_269_088_000 });
  expect(read[1]).toEqual(read[0]!);
  expect(read[2]).toEqual(read[0]!);
});

test("data-17: files with a date, and with null for hash and time, both read", () => {
  const file = { _id: "f", tag: "icons", filename: "a", metadata: { type: "File" }, content_type: "a/b", size: 1 };
  expect(compileReader(FileDocument)({ ...file, uploaded_at: new Date(5) })).toEqual({
    ...file,
    metadata: { type: "File" },
    uploaded_at: 5,
  });
  expect(compileReader(FileDocument)({ ...file, uploaded_at: null, hash: null })).toEqual({
    ...file,
    metadata: { type: "File" },
  });
});

test("data-20: unknown fields do not break reading", () => {
  const channel = { channel_type: "SavedMessages", _id: "c", user: "u" };
  expect(compileReader(ChannelDocument)({ ...channel, invented: { a: [1] } })).toEqual({
    ...channel,
    channel_type: "SavedMessages",
  });
});

test("data-22: a disabled generator reads as none", () => {
  const account = { _id: "a", email: "e", email_normalised: "e", password: "p", verification: { status: "Verified" } };
  const without = compileReader(AccountDocument)({ ...account, mfa: {} });
  expect(without?.mfa).toEqual({ recovery_codes: [] });
  expect(compileReader(AccountDocument)({ ...account, mfa: { totp_token: { status: "Disabled" } } })).toEqual(without);
});

test("data-58: quotes around the last message id are stripped", () => {
  const channel = { channel_type: "DirectMessage", _id: "c", active: true, recipients: ["a", "b"] };
  const read = compileReader(ChannelDocument)({ ...channel, last_message_id: '"01HZX0000000000000000000MM"' });
  expect(read).toEqual({ ...channel, channel_type: "DirectMessage", last_message_id: "01HZX0000000000000000000MM" });
});

test("fields that inserts leave out get their defaults, and null means unset", () => {
  const member = { _id: { server: "s", user: "u" }, joined_at: 1, nickname: null, roles: null };
  expect(compileReader(MemberDocument)(member)).toEqual({
    _id: { server: "s", user: "u" },
    joined_at: 1,
    roles: [],
    can_publish: true,
    can_receive: true,
  });
  const roles = { r: { _id: "r", name: "Role", permissions: { a: 0, d: 0 } } };
  const server = { _id: "s", owner: "o", name: "n", channels: [], default_permissions: 0, roles };
  expect(compileReader(ServerDocument)(server)?.roles).toEqual({ r: { ...roles.r, hoist: false, rank: 0 } });
});

test("a 64-bit permission keeps every bit", () => {
  const server = { _id: "s", owner: "o", name: "n", channels: [], default_permissions: 2n ** 62n + 1n };
  expect(compileReader(ServerDocument)(server)?.default_permissions).toBe(2n ** 62n + 1n);
});

test("an emoji whose last reaction is gone is no reaction", () => {
  const message = { _id: "m", channel: "c", author: "a", reactions: { "👍": [], "🎉": ["u"] } };
  expect(compileReader(MessageDocument)(message)?.reactions).toEqual({ "🎉": ["u"] });
});

test.each([
  ["a missing field", { _id: "u", username: "a" }],
  ["a wrong type", { _id: "u", username: 5, discriminator: "1", last_acknowledged_policy_change: 1 }],
  ["no document", "text"],
  [
    "an unknown status",
    {
      _id: "u",
      username: "a",
      discriminator: "1",
      last_acknowledged_policy_change: 1,
      relations: [{ _id: "b", status: "Foe" }],
    },
  ],
])("%s makes a document malformed, not an error", (_, raw) => {
  expect(compileReader(UserDocument)(raw)).toBeNull();
});

test("settings that are no pair of revision and text are left out", () => {
  expect(readSettings({ _id: "u", theme: [5, "x"], odd: "text", nested: { a: [1, "b"] } })).toEqual({
    theme: [5, "x"],
  });
});
