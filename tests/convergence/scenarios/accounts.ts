import * as accounts from "@lib/contract/accounts.ts";
import * as sessions from "@lib/contract/sessions.ts";
import * as users from "@lib/contract/users.ts";
import { type Scenarios, prepared } from "@tests/convergence/scenario.ts";
import { type Cast, relate, seedSession, withConfirmation } from "@tests/convergence/cast.ts";
import { seedMember } from "@tests/harness/seed.ts";
import type { Person } from "@tests/harness/test-api.ts";

/** Adds a member, and friend of one, with an account; they look on with the session that they call with, and another. */
async function addPerson({ api, viewers, restricted, serverId }: Cast): Promise<Person> {
  const person = await api.register();
  const user = await api.deps.store.users.get(person.id);
  if (!user) throw new Error("just registered");
  await seedMember(api, { id: serverId }, person);
  await relate(api, person, "Friend", restricted);
  viewers["person"] = { ...person, user };
  viewers["person elsewhere"] = { ...person, user, token: await seedSession(api, person.id) };
  return person;
}

/** Sessions, and what belongs to an account. */
export const accountScenarios: Scenarios = {
  [users.changeUsername.id]: [
    prepared("of a member", async (cast) => {
      const { client, password } = await addPerson(cast);
      const username = `n${cast.api.deps.ids.nanoid(8)}`;
      return () => client.call(users.changeUsername, { body: { username, password } });
    }),
  ],
  [sessions.logout.id]: [
    prepared("one of two", async (cast) => {
      const { client } = await addPerson(cast);
      return () => client.call(sessions.logout, {});
    }),
  ],
  [sessions.revokeSession.id]: [
    prepared("one of two", async (cast) => {
      const person = await addPerson(cast);
      const client = await withConfirmation(cast.api, person);
      return () => client.call(sessions.revokeSession, { params: { id: person.sessionId } });
    }),
  ],
  [sessions.revokeAllSessions.id]: [
    prepared("but the current one", async (cast) => {
      const client = await withConfirmation(cast.api, await addPerson(cast));
      return () => client.call(sessions.revokeAllSessions, {});
    }),
    prepared("with the current one", async (cast) => {
      const client = await withConfirmation(cast.api, await addPerson(cast));
      return () => client.call(sessions.revokeAllSessions, { query: { revoke_self: true } });
    }),
  ],
  [accounts.disableAccount.id]: [
    prepared("of a member", async (cast) => {
      const client = await withConfirmation(cast.api, await addPerson(cast));
      return () => client.call(accounts.disableAccount, {});
    }),
  ],
};
