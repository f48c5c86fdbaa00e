import { describe, expect, test } from "bun:test";
import { renameUser } from "@lib/domain/users/rename-user.ts";
import { during } from "@tests/harness/during.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { seedUser } from "@tests/harness/seed.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";

/** A name that nobody else has. */
const fresh = (api: TestApi) => `n${api.deps.ids.ulid().slice(11).toLowerCase()}`;

describe.each(profiles)("renaming somebody on $name", (profile) => {
  test("P4: of two names given at once the one stored last is told last, also if one is only of another case", async () => {
    await using api = await testApi({ profile });
    const { id, user } = await seedUser(api);

    await during(api.deps, {
      repository: "users",
      method: "update",
      when: "after",
      first: (deps) => renameUser(deps, user, user.username.toUpperCase()),
      second: (deps) => renameUser(deps, user, fresh(api)),
    });

    const stored = await api.deps.store.users.get(id);
    expect((await api.takeEvents()).at(-1)?.event).toMatchObject({ data: { username: stored?.username } });
  });

  test("P15: who returns to a name that they gave up meanwhile does not collide with its new holder", async () => {
    await using api = await testApi({ profile });
    const { id, user } = await seedUser(api, { discriminator: "4001" });
    await seedUser(api, { username: user.username, discriminator: "4002" });
    await api.deps.store.users.update(id, { username: fresh(api), discriminator: "4002" });

    const renamed = await renameUser(api.deps, user, user.username);

    expect(renamed.username).toBe(user.username);
    expect(renamed.discriminator).not.toBe("4002");
  });
});
