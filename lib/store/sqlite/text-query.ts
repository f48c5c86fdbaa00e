/**
 * Text search as MongoDB does it: the words are OR-ed, a `-word` or `-"phrase"` must not occur, and when there are quoted
 * phrases all of them must occur (words then decide nothing). English stop words are not searched for. Words are compared
 * by their stem, without case or accents; unlike MongoDB the words of a phrase are, too.
 */

/** The query for FTS5; empty when it can match nothing. */
export function compileTextQuery(search: string): string {
  const { words, phrases, excluded } = parse(search);
  const wanted = phrases.length > 0 ? phrases.join(" AND ") : words.join(" OR ");
  if (wanted === "") return "";
  return excluded.length > 0 ? `(${wanted}) NOT (${excluded.join(" OR ")})` : wanted;
}

const PART = /(-?)"([^"]*)"?|(\S+)/gu;
const SEPARATORS = /[^\p{L}\p{N}\p{M}]+/u;

function parse(search: string): { words: string[]; phrases: string[]; excluded: string[] } {
  const words: string[] = [];
  const phrases: string[] = [];
  const excluded: string[] = [];
  for (const [, minus, phrase, word = ""] of search.replaceAll("\0", " ").matchAll(PART)) {
    if (phrase !== undefined) {
      const terms = termsOf(phrase);
      if (terms.length > 0) (minus ? excluded : phrases).push(quoted(terms.join(" ")));
    } else if (word.startsWith("-")) excluded.push(...searchable(word).map(quoted));
    else words.push(...searchable(word).map(quoted));
  }
  return { words, phrases, excluded };
}

function searchable(word: string): string[] {
  return termsOf(word).filter((term) => !STOP_WORDS.has(term.toLowerCase()));
}

function termsOf(text: string): string[] {
  return text.split(SEPARATORS).filter((term) => term !== "");
}

function quoted(terms: string): string {
  return `"${terms}"`;
}

/** English words too common to tell documents apart, including the ends of contractions. */
const STOP_WORDS = new Set(
  (
    "a about above after again against all am an and any are aren as at be because been before being below between both " +
    "but by can cannot could couldn d did didn do does doesn doing don down during each few for from further had hadn has " +
    "hasn have haven having he her here hers herself him himself his how i if in into is isn it its itself just ll m me " +
    "more most mustn my myself no nor not now of off on once only or other ought our ours ourselves out over own re s same " +
    "shan she should shouldn so some such t than that the their theirs them themselves then there these they this those " +
    "through to too under until up ve very was wasn we were weren what when where which while who whom why will with won " +
    "would wouldn you your yours yourself yourselves"
  ).split(" "),
);
