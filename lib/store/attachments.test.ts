import { describe, expect, test } from "bun:test";
import { openTestStore } from "@tests/harness/open-test-store.ts";
import { MADE_AT_MS, storedFile } from "@tests/harness/stored-documents.ts";
import { storesUnderTest } from "@tests/harness/stores.ts";

const use = { type: "Message", id: "m" } as const;

describe.each(storesUnderTest())("attachments on $name", (driver) => {
  test("data-68: a file is claimed once, under its tag, and the copy to embed has no use", async () => {
    await using store = await openTestStore(driver);
    await store.attachments.insert(storedFile("f"));
    expect(await store.attachments.claim("icons", "f", use, "u")).toBeNull();
    const claims = await Promise.all([1, 2].map(() => store.attachments.claim("attachments", "f", use, "u")));
    expect(claims.filter((file) => file !== null)).toEqual([storedFile("f")]);
    expect(await store.attachments.get("attachments", "f")).toEqual(
      storedFile("f", { used_for: use, uploader_id: "u" }),
    );
  });

  test("a deleted file cannot be claimed, and a claim can be given back", async () => {
    await using store = await openTestStore(driver);
    await store.attachments.insert(storedFile("f"));
    await store.attachments.insert(storedFile("dead", { deleted: true }));
    expect(await store.attachments.claim("attachments", "dead", use, "u")).toBeNull();
    await store.attachments.claim("attachments", "f", use, "u");
    await store.attachments.release(["f"], { type: "Message", id: "another" });
    expect(await store.attachments.claim("attachments", "f", use, "u")).toBeNull();
    await store.attachments.release(["f"], use);
    expect(await store.attachments.claim("attachments", "f", use, "u")).not.toBeNull();
  });

  test("data-17: unset parts are stored as null and read as unset", async () => {
    await using store = await openTestStore(driver);
    const { hash: _hash, uploaded_at: _at, ...bare } = storedFile("f");
    await store.attachments.insert(bare);
    const raw = await store.raw("attachments").findOne({ _id: "f" });
    expect(raw).toMatchObject({ hash: null, uploaded_at: null, metadata: { thumbhash: null, animated: null } });
    expect(await store.attachments.get("attachments", "f")).toEqual(bare);
  });

  test("data-69: files that nothing uses are found an hour after upload, whichever kind of time they have", async () => {
    await using store = await openTestStore(driver);
    await store.attachments.insert(storedFile("old"));
    await store.attachments.insert(storedFile("new", { uploaded_at: MADE_AT_MS + 1 }));
    await store.attachments.insert(storedFile("used", { used_for: use }));
    await store.attachments.insert(storedFile("gone", { deleted: true }));
    const dated = { ...storedFile("dated"), uploaded_at: new Date(MADE_AT_MS) };
    const untimed = { ...storedFile("untimed"), uploaded_at: null };
    await store.raw("attachments").insertMany([dated, untimed]);
    const dangling = await store.attachments.listDangling(MADE_AT_MS + 1);
    expect(dangling.map(({ _id }) => _id).toSorted()).toEqual(["dated", "old"]);
  });

  test("data-50: files are marked by what uses them, by message in both ways, or by id", async () => {
    await using store = await openTestStore(driver);
    await store.attachments.insert(storedFile("icon", { used_for: { type: "ServerIcon", id: "s" } }));
    await store.attachments.insert(storedFile("sent", { used_for: use }));
    await store.attachments.insert(storedFile("legacy", { message_id: "m" }));
    await store.attachments.insert(storedFile("other", { used_for: { type: "UserAvatar", id: "m" } }));
    await store.attachments.insert(storedFile("reported", { reported: true }));
    await store.attachments.markDeletedByUse(["s"]);
    await store.attachments.markDeletedByMessages(["m"]);
    await store.attachments.markDeleted(["reported"]);
    const due = await store.attachments.listDeleted(10);
    expect(due.map(({ _id }) => _id)).toEqual(["icon", "legacy", "sent"]);
    expect((await store.attachments.listDeleted(1, "icon")).map(({ _id }) => _id)).toEqual(["legacy"]);
  });

  test("data-66: bytes are known by their hash as uploaded and as processed", async () => {
    await using store = await openTestStore(driver);
    const hash = {
      _id: "uploaded",
      processed_hash: "processed",
      created_at: MADE_AT_MS,
      bucket_id: "b",
      path: "uploaded",
      iv: "",
      metadata: { type: "File" } as const,
      content_type: "a/b",
      size: 5,
    };
    expect(await store.attachmentHashes.insert(hash)).toBe(true);
    expect(await store.attachmentHashes.insert(hash)).toBe(false);
    await store.attachmentHashes.setIv("uploaded", "nonce");
    expect(await store.attachmentHashes.getByContent("uploaded")).toEqual({ ...hash, iv: "nonce" });
    expect(await store.attachmentHashes.getByContent("processed")).toEqual({ ...hash, iv: "nonce" });
    expect(await store.attachmentHashes.get("processed")).toBeNull();
  });
});
