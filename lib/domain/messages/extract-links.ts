const CODE = /```[^]+?```|`[^]+?`/g;
const SUPPRESSED = /<http[^\n]+>/g;
const QUOTED_LINE = /^>[^\n]*/gm;
const SCHEME = /(?<before>^|[^a-z\d+.-])(?<run>[a-z\d+.-]+):\/\//i;
/** What is always the end of a link. */
const END = /[\u0000-\u001f\u007f-\u009f "<>`|]/;
const BRACKETS = new Map([
  [")", "("],
  ["]", "["],
  ["}", "{"],
]);
const TRAILING = new Set(".,:;?!*'([{");

/**
 * The links of a message that get an embed: those outside of code, of `<…>` and of quoted lines, without fragment, each
 * once, the first `linksMax` of them (conformance messages-58).
 */
export function extractLinks(content: string, linksMax: number): string[] {
  const text = content.replaceAll(CODE, "").replaceAll(SUPPRESSED, "").replaceAll(QUOTED_LINE, "");
  const links = findLinks(text).map((link) => link.split("#", 1)[0] ?? link);
  return [...new Set(links.filter((link) => !link.endsWith("://")))].slice(0, linksMax);
}

function findLinks(text: string): string[] {
  const schemes = new RegExp(SCHEME, "gi"); // of its own, because it remembers where it is
  const links: string[] = [];
  for (let match = schemes.exec(text); match; match = schemes.exec(text)) {
    const { before = "", run = "" } = match.groups ?? {};
    const scheme = schemeOf(before, run);
    if (scheme === null) continue;
    const rest = readRest(text.slice(schemes.lastIndex), before === "'");
    if (rest !== "") links.push(`${scheme}://${rest}`);
    schemes.lastIndex += rest.length;
  }
  return links;
}

/** The run from its first letter on; none behind a digit, and none that belongs to an address. */
function schemeOf(before: string, run: string): string | null {
  const start = run.search(/[a-z]/i);
  if (start < 0 || before === "@" || /\d/.test(run.charAt(start - 1))) return null;
  return run.slice(start);
}

/** What follows `://`, up to a closing bracket or quote that was not opened inside, less trailing punctuation. */
function readRest(following: string, endsAtQuote: boolean): string {
  const open: string[] = [];
  let end = 0;
  for (; end < following.length; end++) {
    const char = following.charAt(end);
    const opener = BRACKETS.get(char);
    if (END.test(char) || (endsAtQuote && char === "'")) break;
    if (char === "(" || char === "[" || char === "{") open.push(char);
    else if (opener !== undefined) {
      const opened = open.lastIndexOf(opener);
      if (opened < 0) break;
      open.splice(opened, 1);
    }
  }
  return trimTrailing(following.slice(0, end));
}

function trimTrailing(rest: string): string {
  let end = rest.length;
  let quotes = rest.split("'").length - 1;
  const isTrailing = (char: string) => TRAILING.has(char) && (char !== "'" || quotes % 2 === 1);
  for (;;) {
    const last = rest.charAt(end - 1);
    const isSlashAfter = last === "/" && isTrailing(rest.charAt(end - 2));
    if (!isSlashAfter && !isTrailing(last)) return rest.slice(0, end);
    if (last === "'") quotes--;
    end--;
  }
}
