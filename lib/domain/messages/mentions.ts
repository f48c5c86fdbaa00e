/** What the text of a message mentions. */
export type Mentions = { users: Set<string>; roles: Set<string>; everyone: boolean; online: boolean };

const ID = "[0-9A-HJKMNP-TV-Z]{26}";

// A fence takes the rest of its line with it. Channels and custom emoji mention nobody, but an escape can be spent on them.
const TOKENS = new RegExp(
  String.raw`(?<escape>\\)|(?<code>${"`{3}[^`\\n]*|``?"})|<@(?<user>${ID})>|<%(?<role>${ID})>|<#${ID}>|:${ID}:|@(?<mass>everyone|online)`,
  "g",
);

type Token = { escape?: string; code?: string; user?: string; role?: string; mass?: string };

/** Reads mentions outside of code and escapes, purely by the letter: no word boundaries (conformance messages-52). */
export function parseMentions(content: string): Mentions {
  const mentions: Mentions = { users: new Set(), roles: new Set(), everyone: false, online: false };
  for (const { user, role, mass } of effectiveTokens(content)) {
    if (user !== undefined) mentions.users.add(user);
    if (role !== undefined) mentions.roles.add(role);
    if (mass === "everyone") mentions.everyone = true;
    if (mass === "online") mentions.online = true;
  }
  return mentions;
}

/** An escape discards the next token, wherever it is; code that is never closed is none, and ends all such handling. */
function effectiveTokens(content: string): Token[] {
  if (content.search(TOKENS) === -1) return []; // as in most messages
  const tokens: Token[] = Array.from(content.matchAll(TOKENS), ({ groups }) => groups ?? {});
  const closers = nextOfSameKind(tokens);
  const effective: Token[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const { escape, code } = tokens[at] ?? {};
    if (escape !== undefined) at++;
    else if (code === undefined) effective.push(tokens[at] ?? {});
    else if (closers[at] === undefined) return [...effective, ...tokens.slice(at + 1)];
    else at = closers[at] ?? at;
  }
  return effective;
}

/** For each code token the place of the next one of its kind: single, double or fence. */
function nextOfSameKind(tokens: readonly Token[]): (number | undefined)[] {
  const next: (number | undefined)[] = [];
  const lastOfKind = new Map<number, number>();
  for (let at = tokens.length - 1; at >= 0; at--) {
    const code = tokens[at]?.code;
    if (code === undefined) continue;
    const kind = Math.min(/^`*/.exec(code)?.[0].length ?? 0, 3);
    next[at] = lastOfKind.get(kind);
    lastOfKind.set(kind, at);
  }
  return next;
}
