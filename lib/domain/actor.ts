import { fail } from "@lib/error/fail.ts";
import type { UserDocument } from "@lib/model/stored/user.ts";

/** Who acts: a person through a session, or a bot through its token. */
export type Actor = {
  readonly id: string;
  readonly user: UserDocument;
  readonly bot: boolean;
  /** Null for bots. */
  readonly sessionId: string | null;
};

/** Fails with `IsBot` for what is for people only. */
export function requirePerson({ bot }: Pick<Actor, "bot">): void {
  if (bot) fail("IsBot");
}
