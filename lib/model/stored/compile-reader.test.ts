import { compileReader } from "@lib/model/stored/compile-reader.ts";
import { AccountDocument } from "@lib/model/stored/account.ts";
import { AuditLogDocument } from "@lib/model/stored/audit-log.ts";
import { ChannelDocument } from "@lib/model/stored/channel.ts";
import { MemberDocument } from "@lib/model/stored/member.ts";
import { MessageDocument } from "@lib/model/stored/message.ts";
import { ServerDocument } from "@lib/model/stored/server.ts";
import { SessionDocument } from "@lib/model/stored/session.ts";
import { UserDocument } from "@lib/model/stored/user.ts";
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { z } from "zod";

const id = fc.constantFrom("01HZX0000000000000000000AA", "", "x");
const time = fc.oneof(
  fc.integer({ min: 0 }),
  fc.constantFrom("2024-01-02T03:04:05.678Z", "2024-01-02", "never", new Date(5), 7n),
);
const override = fc.record({ a: fc.oneof(fc.integer(), fc.bigInt()), d: fc.integer() }, { requiredKeys: [] });
const file = fc.record(
  {
    _id: id,
    tag: fc.constantFrom("icons", "avatars", "nowhere"),
    filename: id,
    content_type: id,
    size: fc.integer(),
    uploaded_at: time,
    metadata: fc.oneof(
      fc.constantFrom({ type: "File" }, { type: "Nothing" }, {}),
      fc.record({
        type: fc.constant("Image"),
        width: fc.integer(),
        height: fc.integer(),
        thumbhash: fc.constantFrom(null, [1, 2]),
      }),
    ),
  },
  { requiredKeys: ["_id"] },
);

/** Documents as databases hold them, and broken in every way: wrong types, nulls, missing and unknown fields. */
const shapes: [string, z.ZodType, fc.Arbitrary<unknown>][] = [
  [
    "user",
    UserDocument,
    fc.record(
      {
        _id: id,
        username: id,
        discriminator: id,
        display_name: fc.option(id),
        avatar: fc.option(file),
        relations: fc.array(fc.record({ _id: id, status: fc.constantFrom("Friend", "Blocked", "Odd") })),
        badges: fc.option(fc.integer()),
        status: fc.option(fc.record({ text: fc.option(id), presence: fc.constantFrom("Busy", null, "Odd") })),
        privileged: fc.option(fc.boolean()),
        bot: fc.option(fc.record({ owner: id })),
        last_acknowledged_policy_change: time,
        other: fc.anything(),
      },
      { requiredKeys: ["_id", "username", "discriminator", "last_acknowledged_policy_change"] },
    ),
  ],
  [
    "server",
    ServerDocument,
    fc.record(
      {
        _id: id,
        owner: id,
        name: id,
        channels: fc.array(id),
        categories: fc.option(fc.array(fc.record({ id, title: id, channels: fc.array(id) }))),
        roles: fc.option(
          fc.dictionary(id, fc.record({ _id: id, name: id, permissions: override, rank: fc.option(fc.integer()) })),
        ),
        default_permissions: fc.oneof(fc.integer(), fc.bigInt()),
        nsfw: fc.option(fc.boolean()),
      },
      { requiredKeys: ["_id", "owner", "name", "channels", "default_permissions"] },
    ),
  ],
  [
    "channel",
    ChannelDocument,
    fc.record({
      channel_type: fc.constantFrom("TextChannel", "Group", "DirectMessage", "SavedMessages", "VoiceChannel"),
      _id: id,
      server: id,
      name: id,
      user: id,
      owner: id,
      active: fc.boolean(),
      recipients: fc.array(id),
      last_message_id: fc.constantFrom('"01H"', "01H", null),
      role_permissions: fc.dictionary(id, override),
      voice: fc.option(fc.record({ max_users: fc.option(fc.nat()) })),
      default_permissions: fc.option(override),
    }),
  ],
  [
    "member",
    MemberDocument,
    fc.record(
      {
        _id: fc.record({ server: id, user: id }),
        joined_at: time,
        roles: fc.option(fc.array(id)),
        timeout: fc.option(time),
        can_publish: fc.option(fc.boolean()),
      },
      { requiredKeys: ["_id", "joined_at"] },
    ),
  ],
  [
    "message",
    MessageDocument,
    fc.record(
      {
        _id: id,
        channel: id,
        author: id,
        content: fc.option(id),
        attachments: fc.option(fc.array(file)),
        reactions: fc.option(fc.dictionary(fc.constantFrom("👍", "x", "__proto__"), fc.array(id))),
        interactions: fc.option(fc.record({ reactions: fc.option(fc.array(id)) })),
        system: fc.option(
          fc.constantFrom(
            { type: "user_joined", id: "a" },
            { type: "odd" },
            { type: "call_started", by: "a", finished_at: null },
          ),
        ),
        embeds: fc.option(
          fc.array(fc.constantFrom({ type: "None" }, { type: "Text", title: null }, { type: "Odd" }, {})),
        ),
        edited: fc.option(time),
        mentions: fc.option(fc.array(fc.option(id))),
      },
      { requiredKeys: ["_id", "channel", "author"] },
    ),
  ],
  [
    "session",
    SessionDocument,
    fc.record({
      _id: id,
      user_id: id,
      token: id,
      name: id,
      last_seen: time,
      subscription: fc.option(fc.record({ endpoint: id, p256dh: id, auth: fc.option(id) })),
    }),
  ],
  [
    "account",
    AccountDocument,
    fc.record({
      _id: id,
      email: id,
      email_normalised: id,
      password: id,
      disabled: fc.option(fc.boolean()),
      verification: fc.constantFrom(
        { status: "Verified" },
        { status: "Pending", token: "t", expiry: "2024-01-02" },
        { status: "Odd" },
      ),
      password_reset: fc.option(fc.record({ token: id, expiry: time })),
      deletion: fc.constantFrom(null, { status: "Deleted" }),
      lockout: fc.option(fc.record({ attempts: fc.nat(), expiry: fc.option(time) })),
      mfa: fc.constantFrom({}, { totp_token: { status: "Disabled" } }, { recovery_codes: ["a"] }),
    }),
  ],
  [
    "audit entry",
    AuditLogDocument,
    fc.record({
      _id: id,
      expires_at: time,
      server: id,
      reason: fc.option(id),
      user: id,
      action: fc.constantFrom(
        { type: "BanCreate", user: "a" },
        { type: "Odd" },
        { type: "RolesReorder", before: ["a"], after: [] },
      ),
    }),
  ],
];

describe.each(shapes)("a stored %s", (_name, schema, documents) => {
  test("reads as its schema says, whatever it holds", () => {
    const read = compileReader(schema);
    const broken = fc
      .tuple(documents, fc.option(fc.tuple(fc.nat(), fc.anything())))
      .map(([document, damage]) => damaged(document, damage));
    fc.assert(
      fc.property(broken, (document) => {
        const expected = schema.safeParse(withoutNulls(document));
        expect(read(document)).toEqual(expected.success ? expected.data : null);
      }),
      { numRuns: 300 },
    );
  });
});

test("null, undefined, lists and text are no documents", () => {
  const read = compileReader(UserDocument);
  for (const value of [null, undefined, [], "text", 5, new Date()]) expect(read(value)).toBeNull();
});

function damaged(document: unknown, damage: [number, unknown] | null): unknown {
  if (damage === null || typeof document !== "object" || document === null) return document;
  const keys = Object.keys(document);
  const key = keys[damage[0] % Math.max(1, keys.length)];
  return key === undefined ? document : { ...document, [key]: damage[1] };
}

/** A stored `null` means unset: what the schema sees must not hold any. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null && inner !== undefined)
      .map(([key, inner]) => [key, withoutNulls(inner)]),
  );
}
