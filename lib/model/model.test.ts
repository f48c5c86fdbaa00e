import { describe, expect, test } from "bun:test";
import { Channel } from "@lib/model/channel.ts";
import { encodeUlid, isUlid, minUlid, ulidTime } from "@lib/model/ids.ts";
import { Int64, Uint64 } from "@lib/model/int64.ts";
import { DISPLAY_NAME_PATTERN, USERNAME_PATTERN } from "@lib/model/limits.ts";
import { Member } from "@lib/model/member.ts";
import { Message } from "@lib/model/message.ts";
import { namedSchemas } from "@lib/model/named-schemas.ts";
import { Override } from "@lib/model/permission-override.ts";
import { Role } from "@lib/model/role.ts";
import { text, textLength } from "@lib/model/text.ts";
import { FieldsUser, PartialUser, RelationshipStatus, User } from "@lib/model/user.ts";
import { PartialWebhook } from "@lib/model/webhook.ts";

const USER = {
  _id: "01HQUSER0000000000000000AA",
  username: "ada",
  discriminator: "0042",
  relationship: "None",
  online: false,
};

describe("public objects", () => {
  test("a user needs id, name, discriminator, relationship and online state, everything else may be omitted", () => {
    expect<unknown>(User.parse(USER)).toEqual(USER);
    for (const key of Object.keys(USER)) {
      expect(User.safeParse({ ...USER, [key]: undefined }).success).toBe(false);
    }
  });

  test("fields of storage never pass through a public user", () => {
    const stored = { ...USER, suspended_until: "2030-01-01T00:00:00.000Z", profile: { content: "x" } };
    expect(Object.keys(User.parse(stored))).toEqual(Object.keys(USER));
  });

  test("enums know exactly their names, in their case", () => {
    expect(RelationshipStatus.safeParse("BlockedOther").success).toBe(true);
    expect(RelationshipStatus.safeParse("blockedother").success).toBe(false);
    expect(FieldsUser.safeParse("Internal").success).toBe(true);
    expect(FieldsUser.safeParse("Suspension").success).toBe(false);
  });

  test("a channel is told by its channel_type", () => {
    const channel = { channel_type: "SavedMessages", _id: "c", user: "u" };
    expect<unknown>(Channel.parse(channel)).toEqual(channel);
    expect(Channel.safeParse({ ...channel, channel_type: "VoiceChannel" }).success).toBe(false);
    expect(Channel.safeParse({ ...channel, channel_type: "Group" }).success).toBe(false);
  });

  test("a message and a member are complete with what they cannot do without", () => {
    expect(Message.safeParse({ _id: "m", channel: "c", author: "u" }).success).toBe(true);
    expect(Member.safeParse({ _id: { server: "s", user: "u" }, joined_at: "2024-01-02T03:04:05.678Z" }).success).toBe(
      true,
    );
    expect(Member.safeParse({ _id: { server: "s", user: "u" } }).success).toBe(false);
  });

  test("partial objects call the identifier id, and the webhook's never holds a token", () => {
    expect(PartialUser.parse({ _id: "u", id: "u", online: true })).toEqual({ id: "u", online: true });
    expect(PartialWebhook.parse({ token: "secret", name: "w" })).toEqual({ name: "w" });
  });

  test("a role without rank has rank 0", () => {
    expect(Role.parse({ _id: "r", name: "x", permissions: { a: 0, d: 0 } }).rank).toBe(0);
  });
});

describe("integers", () => {
  test("64-bit integers are numbers or bigints, and never fractions or wider", () => {
    for (const good of [-1, 0, 2n ** 63n - 1n, -(2n ** 63n)]) expect(Int64.safeParse(good).success).toBe(true);
    for (const bad of [1.5, 2n ** 63n, "1", null]) expect(Int64.safeParse(bad).success).toBe(false);
    for (const bad of [-1, -1n, 2n ** 64n]) expect(Uint64.safeParse(bad).success).toBe(false);
    expect(Override.safeParse({ allow: 2n ** 64n - 1n, deny: 0 }).success).toBe(true);
  });
});

describe("identifiers", () => {
  test("a ULID gives its time back, and the known example has the known time", () => {
    expect(ulidTime("01ARYZ6S41TSV4RRFFQ69G5FAV")).toBe(1469918176385);
    for (const timeMs of [0, 1, 1_700_000_000_000, 2 ** 48 - 1]) {
      const id = encodeUlid(timeMs, new Uint8Array(10).fill(255));
      expect(isUlid(id)).toBe(true);
      expect(ulidTime(id)).toBe(timeMs);
    }
  });

  test("ULIDs sort by time, then by their random bytes, and none of a time is below its minimum", () => {
    const low = encodeUlid(1000, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 1));
    const high = encodeUlid(1000, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    expect([high, encodeUlid(1001, new Uint8Array(10)), low].sort()).toEqual([low, high, minUlid(1001)]);
    expect(minUlid(1000) <= low).toBe(true);
    expect(minUlid(1000)).toBe(encodeUlid(1000, new Uint8Array(10)));
  });

  test("what is no ULID is not taken for one", () => {
    for (const text of [
      "",
      "01arYZ6S41TSV4RRFFQ69G5FAV",
      "01ARYZ6S41TSV4RRFFQ69G5FA",
      "81ARYZ6S41TSV4RRFFQ69G5FAV",
      "01ARYZ6S41TSV4RRFFQ69G5FAI",
    ]) {
      expect(isUlid(text)).toBe(false);
    }
    expect(ulidTime("hello")).toBeNaN();
    expect(() => encodeUlid(-1, new Uint8Array(10))).toThrow();
    expect(() => encodeUlid(0, new Uint8Array(16))).toThrow();
  });
});

describe("text", () => {
  test("a name may have 32 code points, however many units each takes, and not 33", () => {
    const name = text(1, 32);
    expect(textLength("😀a\ud83d")).toBe(3);
    expect(name.safeParse("😀".repeat(32)).success).toBe(true);
    expect(name.safeParse("a".repeat(33)).success).toBe(false);
    expect(name.safeParse("").success).toBe(false);
  });

  test("usernames have letters and digits of any script, but no spaces; display names no line breaks", () => {
    for (const name of ["test", "Ünïcødé", "名前", "a_b.c-d", "٣٤"]) expect(USERNAME_PATTERN.test(name)).toBe(true);
    for (const name of ["with space", "a!", "a\n", ""]) expect(USERNAME_PATTERN.test(name)).toBe(false);
    for (const name of ["a\nb", "a\u200Bb"]) expect(DISPLAY_NAME_PATTERN.test(name)).toBe(false);
  });
});

describe("named schemas", () => {
  test("come after those they refer to, and a described reference counts as the schema itself", () => {
    const ids = namedSchemas([Message]).map((schema) => schema.meta()?.id);
    expect(ids.at(-1)).toBe("Message");
    expect(ids.indexOf("File")).toBeLessThan(ids.indexOf("User"));
    expect(ids.indexOf("Presence")).toBeLessThan(ids.indexOf("UserStatus"));
    expect(new Set(ids).size).toBe(ids.length);
    expect(namedSchemas([Message])).toContain(User);
  });
});
