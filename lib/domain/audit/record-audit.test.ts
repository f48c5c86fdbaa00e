import { recordAudit } from "@lib/domain/audit/record-audit.ts";
import { ulidTime } from "@lib/model/ids.ts";
import { auditLog, seedServer, seedUser } from "@tests/harness/seed.ts";
import { testApi } from "@tests/harness/test-api.ts";
import { expect, test } from "bun:test";

test("what happens in one millisecond is listed in the order in which it happened, and expires by its id's time", async () => {
  await using api = await testApi();
  const owner = await seedUser(api);
  const server = await seedServer(api, owner);
  const roles = Array.from({ length: 50 }, (_, at) => `role-${at}`);

  for (const role of roles) {
    const action = { type: "RoleCreate", role, name: role } as const;
    recordAudit(api.deps, { server: server.id, user: owner.id, reason: null, action });
  }

  const log = await auditLog(api, server.id);
  expect(log.map(({ action }) => action.type === "RoleCreate" && action.role)).toEqual(roles);
  const lifeMs = api.deps.settings.api.audit_logs.expires_after * 1_000;
  expect(log.map(({ _id, expires_at }) => expires_at - ulidTime(_id))).toEqual(roles.map(() => lifeMs));
});
