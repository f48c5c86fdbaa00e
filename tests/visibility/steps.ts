import type { Actor } from "@lib/domain/actor.ts";
import { ApiError } from "@lib/error/fail.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import { type Choice, type Chosen, type Steps, anybody, pick } from "@tests/visibility/chosen.ts";
import { peopleSteps } from "@tests/visibility/people-steps.ts";
import { serverSteps } from "@tests/visibility/server-steps.ts";
import type { Stage } from "@tests/visibility/stage.ts";

type Kind = keyof typeof serverSteps | keyof typeof peopleSteps;

/** One thing that happens. */
export type Step = Choice & { kind: Kind };

const steps = { ...serverSteps, ...peopleSteps } satisfies Steps;

/** What decides what members view happens more often than the rest. */
const FREQUENT = [
  "rankRoles",
  "permitRole",
  "permitEverybody",
  "permitRoleInChannel",
  "permitEverybodyInChannel",
  "giveRoles",
  "handOver",
] as const;

/** All kinds of steps, each as often as it happens among others. */
export const KINDS: readonly Kind[] = [
  ...(Object.keys(steps) as Kind[]), // the keys of the table
  ...FREQUENT,
  ...FREQUENT,
];

const act = (kind: Kind, a = 0, b = 0, by = 0): Step => ({ kind, by, a, b, c: 1 });

/**
 * A server with three channels and three roles, two of which contradict each other in a channel; everybody is a member.
 * The first is a friend of the others, has a conversation with one and a group with two of them, and a bot in each place.
 */
export const PROLOGUE: readonly Step[] = [
  act("createServer"),
  act("createChannel"),
  act("createChannel"),
  act("createRole"),
  act("createRole"),
  act("createRole"),
  { ...act("permitRoleInChannel", 0, 0), c: 0 },
  { ...act("permitRoleInChannel", 0, 1), c: 1 },
  ...[1, 2, 3, 4].flatMap((at) => [act("join", at), act("giveRoles", at, at + 2)]),
  ...[1, 2, 3].flatMap((at) => [act("befriend", at, 1), act("befriend", 0, 1, at)]),
  act("openDirect", 1),
  act("createGroup", 1, 1),
  act("addToGroup", 0, 2),
  act("inviteBot", 0, 0),
  act("inviteSameBot", 0, 1),
];

/** Does a step; one that is not allowed at that moment does nothing. */
export async function perform(stage: Stage, { kind, ...step }: Step): Promise<void> {
  const work: (chosen: Chosen) => Promise<unknown> = steps[kind];
  try {
    await work(await choose(stage, { ...step, kind }));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}

async function choose(stage: Stage, step: Step): Promise<Chosen> {
  const me = await anybody(stage, step.by);
  const servers = await stage.servers();
  const ofNothing = { deps: stage.gateway.deps, me, step, ...stage };
  // Without any server only the creation of one comes here, which does not look at it.
  if (step.kind === "createServer" && servers.length === 0)
    return { ...ofNothing, server: {} as ServerDocument, ofServer: me };
  const server = pick(servers, step.c);
  const ofServer: Actor = (await stage.actor(server.owner)) ?? me;
  return { ...ofNothing, server, ofServer };
}
