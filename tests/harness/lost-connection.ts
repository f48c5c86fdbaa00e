import type { Actor } from "@lib/domain/actor.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { HIDDEN, QUIET, hiddenBut } from "@tests/harness/gateway-community.ts";
import type { Profile } from "@tests/harness/profiles.ts";
import { type TestGateway, type TestPerson, role, testGateway } from "@tests/harness/test-gateway.ts";

/** Somebody as operations know who acts. */
export const actorOf = ({ id, user, sessionId }: TestPerson): Actor => ({
  id,
  user,
  bot: user.bot !== undefined,
  sessionId,
});

type Arrange = (gateway: TestGateway, people: { owner: TestPerson; member: TestPerson }) => Promise<unknown>;

/**
 * Two members of a server; the second has roles R, which opens a hidden channel, and S, is in a group with somebody else,
 * and has a resumable connection. `arrange` does what has to be so before they connect.
 */
export async function lostConnection(
  profile: Profile,
  gatewaySettings: object = {},
  arrange: Arrange = async () => {},
) {
  const gateway = await testGateway({ profile, settings: { ermine: { gateway: gatewaySettings } } });
  const [owner, member, other] = [await gateway.user(QUIET), await gateway.user(QUIET), await gateway.user(QUIET)];
  const server = await gateway.server(owner.id, { roles: { R: role("R", 0, 0), S: role("S", 1, 0) } });
  const open = await gateway.channel(server);
  const hidden = await gateway.channel(server, hiddenBut("R"));
  const closed = await gateway.channel(server, HIDDEN);
  await gateway.join(server, owner.id);
  await gateway.join(server, member.id, ["R", "S"]);
  const group = await gateway.group(other.id, [member.id]);
  await arrange(gateway, { owner, member });
  const witness = await gateway.socket(owner.token);
  const socket = await gateway.socket(member.token, { resume: true });
  await gateway.received(member.id, socket);
  return {
    gateway,
    owner,
    member,
    /** Nobody of the server. */
    other,
    server,
    open,
    hidden,
    /** Which only the owner sees. */
    closed,
    group,
    witness,
    socket,
    /** Loses the connection, lets something happen, and comes back. */
    async lose(meanwhile: () => Promise<unknown>, end: "drop" | "close" = "drop") {
      const resumeFrom = socket.client.resumePoint;
      void socket.client[end]();
      await eventually(() => gateway.stats.connections === 1);
      await meanwhile();
      await gateway.received(owner.id, witness);
      const back = await gateway.socket(member.token, { resume: true, resumeFrom, untilReady: false });
      const resumed = await back.take("Resumed");
      return { resumed, back, told: await gateway.received(member.id, back) };
    },
    async [Symbol.asyncDispose]() {
      await witness.client.close();
      await gateway[Symbol.asyncDispose]();
    },
  };
}
