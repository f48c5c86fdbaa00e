import type { UserDocument } from "@lib/model/stored/user.ts";
import type { TestGateway, TestPerson } from "@tests/harness/test-gateway.ts";

/** Nobody is told when such a user comes and goes. */
export const QUIET = { status: { presence: "Invisible" } } as const;

/** The stored bit of `ViewChannel`. */
export const VIEW = 1_048_576;

/** A channel that only its server's owner sees. */
export const HIDDEN = { default_permissions: { a: 0, d: VIEW } };

/** A channel that members see who have a role. */
export const hiddenBut = (roleId: string) => ({ ...HIDDEN, role_permissions: { [roleId]: { a: VIEW, d: 0 } } });

/** The types of events, in order. */
export const typesOf = (events: readonly { type: string }[]): string[] => events.map(({ type }) => type);

type People = {
  1: [TestPerson];
  2: [TestPerson, TestPerson];
  4: [TestPerson, TestPerson, TestPerson, TestPerson];
};

/** `n` users who are members of one server with one channel; the first owns it. They are quiet unless asked otherwise. */
export async function community<N extends keyof People>(
  gateway: TestGateway,
  n: N,
  fields: Partial<UserDocument> = QUIET,
) {
  const owner = await gateway.user(fields);
  const others: TestPerson[] = [];
  while (others.length < n - 1) others.push(await gateway.user(fields));
  const server = await gateway.server(owner.id);
  const channel = await gateway.channel(server);
  const people = [owner, ...others] as People[N]; // as many as were asked for
  for (const { id } of people) await gateway.join(server, id);
  return { people, server, channel };
}
