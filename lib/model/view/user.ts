import { UserBadge } from "@lib/model/flags.ts";
import { ulidTime } from "@lib/model/ids.ts";
import type { StoredUserProfile, StoredUserStatus, UserDocument } from "@lib/model/stored/user.ts";
import type { PartialUser, RelationshipStatus, User, UserProfile, UserStatus } from "@lib/model/user.ts";
import { defined } from "@lib/model/view/defined.ts";
import { viewFile } from "@lib/model/view/file.ts";

/** What a view of a user depends on besides the document. */
export type UserViewContext = {
  /** Whether the user is connected. */
  online: boolean;
  /** Users registered before this time get the early adopter badge. */
  earlyAdopterCutoffMs?: number | undefined;
};

/** A viewer: the relations of who looks, or null for nobody in particular. */
export type Viewer = Pick<UserDocument, "_id" | "relations"> | null;

/**
 * A user as one viewer sees them when asking for them. `canSeeProfile` is the viewer's permission, which only counts
 * for other people (conformance data-74, data-76, data-77).
 */
export function viewUser(
  user: UserDocument,
  context: UserViewContext & { viewer: Viewer; canSeeProfile: boolean },
): User {
  const { viewer } = context;
  if (viewer?._id === user._id) return viewOwnUser(user, context);
  const visible = user.bot !== undefined || (viewer !== null && context.canSeeProfile);
  return render(user, context, { relationship: relationshipOf(viewer, user), visible });
}

/** A user as one viewer sees them in lists of people they have something in common with; never with relations. */
export function viewKnownUser(user: UserDocument, context: UserViewContext & { viewer: Viewer }): User {
  const relationship = relationshipOf(context.viewer, user);
  const visible = user.bot !== undefined || (context.viewer !== null && relationship !== "BlockedOther");
  return render(user, context, { relationship, visible });
}

/** A user as in events that are encoded once for everybody. */
export function viewStaticUser(user: UserDocument, context: UserViewContext): User {
  return render(user, context, { relationship: "None", visible: true });
}

/** A user as they see themself: the only view with relations. */
export function viewOwnUser(user: UserDocument, context: UserViewContext): User {
  const relations = user.relations?.length ? user.relations.map((relation) => ({ ...relation })) : undefined;
  return defined({ ...render(user, context, { relationship: "User", visible: true }), relations });
}

/** Changed fields of a user as events carry them; what is nobody's business is left out. */
export function viewPartialUser(changes: Partial<UserDocument>): PartialUser {
  return defined({
    username: changes.username,
    discriminator: changes.discriminator,
    display_name: changes.display_name,
    pronouns: changes.pronouns,
    avatar: changes.avatar && viewFile(changes.avatar),
    badges: changes.badges === undefined ? undefined : bitfield(changes.badges),
    status: viewStatus(changes.status),
    flags: changes.flags === undefined ? undefined : bitfield(changes.flags),
    privileged: changes.privileged,
    bot: changes.bot && { owner: changes.bot.owner },
  });
}

/** Profile text and background. */
export function viewUserProfile({ content, background }: StoredUserProfile): UserProfile {
  return defined({ content, background: background && viewFile(background) });
}

/** How the viewer stands to a user: always `None` to bots (conformance data-77). */
function relationshipOf(viewer: Viewer, user: Pick<UserDocument, "_id" | "bot">): RelationshipStatus {
  if (user.bot || !viewer) return "None";
  if (viewer._id === user._id) return "User";
  return viewer.relations?.find(({ _id }) => _id === user._id)?.status ?? "None";
}

type Aspect = { relationship: RelationshipStatus; visible: boolean };

function render(user: UserDocument, context: UserViewContext, { relationship, visible }: Aspect): User {
  return defined({
    _id: user._id,
    username: user.username,
    discriminator: user.discriminator,
    display_name: user.display_name,
    pronouns: user.pronouns,
    avatar: user.avatar && viewFile(user.avatar),
    badges: badgesOf(user, context.earlyAdopterCutoffMs) || undefined,
    status: visible ? viewStatus(user.status) : undefined,
    flags: bitfield(user.flags ?? 0) || undefined,
    privileged: user.privileged || undefined,
    bot: user.bot && { owner: user.bot.owner },
    relationship,
    online: visible && context.online && user.status?.presence !== "Invisible",
  });
}

/** Nobody learns that somebody is invisible, not even they themself (conformance data-75); nothing chosen is no status. */
function viewStatus(status: StoredUserStatus | undefined): UserStatus | undefined {
  const { text, presence } = status ?? {};
  if (presence !== "Invisible")
    return text === undefined && presence === undefined ? undefined : defined({ text, presence });
  return text === undefined ? undefined : { text };
}

function badgesOf({ _id, badges = 0 }: UserDocument, earlyAdopterCutoffMs: number | undefined): number {
  const isEarly = earlyAdopterCutoffMs !== undefined && ulidTime(_id) < earlyAdopterCutoffMs;
  return bitfield(isEarly ? badges | UserBadge.EarlyAdopter : badges);
}

/** Bits are stored signed and shown unsigned: clients read them so. */
const bitfield = (stored: number): number => stored >>> 0;
