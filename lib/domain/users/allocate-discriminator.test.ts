import { describe, expect, test } from "bun:test";
import { allocateDiscriminator, withDiscriminator } from "@lib/domain/users/allocate-discriminator.ts";
import { systemClock, systemIds } from "@lib/domain/system-ids.ts";
import { DuplicateKeyError } from "@lib/store/database.ts";
import { errorOf } from "@tests/harness/error-of.ts";

const ids = systemIds(systemClock);
const EXCLUDED = ["0123", "1234", "1488", ..."12345678"].map((text) => text.repeat(4 / text.length));

/** A store in which a name has the given discriminators. */
const storeWith = (used: readonly string[]) => ({ users: { listDiscriminators: async () => [...used] } });

const all = Array.from({ length: 9997 }, (_, index) => String(index + 2).padStart(4, "0"));
const allowed = all.filter((discriminator) => !EXCLUDED.includes(discriminator));

describe("discriminators", () => {
  test("users-32: there are 9986, and each can be given out", async () => {
    expect(allowed).toHaveLength(9986);
    const picks = [0, 1, allowed.length - 1].map(async (at) => {
      const chooser = { ...ids, integer: (below: number) => (expect(below).toBe(allowed.length), at) };
      return allocateDiscriminator({ store: storeWith([]), ids: chooser }, "name");
    });
    expect(await Promise.all(picks)).toEqual(["0002", "0003", "9998"]);
  });

  test("data-33: those in use are never given out again", async () => {
    const used = allowed.filter((discriminator) => discriminator !== "4821");
    expect(await allocateDiscriminator({ store: storeWith(used), ids }, "name")).toBe("4821");
  });

  test("users-33: UsernameTaken when none is left", async () => {
    const taken = allocateDiscriminator({ store: storeWith(allowed), ids }, "name");
    expect(await errorOf(taken)).toMatchObject({ type: "UsernameTaken" });
  });

  test("a lost race is tried again with another, not without end", async () => {
    const taken = new DuplicateKeyError("insert", "users", null);
    let writes = 0;
    const write = async (discriminator: string) => {
      if (++writes < 3) throw taken;
      return discriminator;
    };
    expect(await withDiscriminator(async () => String(writes), write)).toBe("2");
    const never = withDiscriminator(
      async () => "0042",
      () => Promise.reject(taken),
    );
    expect(await errorOf(never)).toBe(taken);
    const broken = new Error("broken");
    expect(
      await errorOf(
        withDiscriminator(
          async () => "0042",
          () => Promise.reject(broken),
        ),
      ),
    ).toBe(broken);
  });
});
