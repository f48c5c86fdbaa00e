/**
 * The acceptance checks of the protocol, and which tests claim them.
 *
 * Each `<area>.txt` beside this file lists the checks of an area, one sentence each. A test claims a check by naming its
 * id in a string: usually its title, or a row of `test.each`. `open.txt` names the checks that no test claims yet, and which
 * part of Ermine they wait for.
 */
import { Glob } from "bun";
import { join } from "node:path";

const folder = import.meta.dir;
const root = join(folder, "../..");
const openFile = join(folder, "open.txt");

/** One check: a stable id and the sentence that must hold. */
export type Check = { readonly id: string; readonly area: string; readonly sentence: string };

/** A check that no test claims yet, and the part of Ermine that it needs and that is not there. */
export type Open = { readonly id: string; readonly needs: string };

/** Where an id is claimed. */
export type Claim = { readonly id: string; readonly file: string };

/** Every check, in the order of the lists. */
export async function readChecks(): Promise<Check[]> {
  const files = [...new Glob("*.txt").scanSync(folder)].filter((file) => file !== "open.txt").sort();
  const lists = files.map(async (file) => {
    const lines = (await Bun.file(join(folder, file)).text()).split("\n").filter(Boolean);
    return lines.map((line) => parseCheck(line, file.replace(".txt", "")));
  });
  return (await Promise.all(lists)).flat();
}

function parseCheck(line: string, area: string): Check {
  const [id, sentence] = parseLine(line, `${area}.txt: write "id", two spaces and the sentence`);
  return { id, area, sentence };
}

function parseLine(line: string, remedy: string): [id: string, text: string] {
  const [, id, text] = /^(\S+) {2}(\S.*)$/.exec(line) ?? [];
  if (!id || !text) throw new Error(`${remedy}, instead of: ${line}`);
  return [id, text];
}

/** What `open.txt` names. */
export async function readOpen(): Promise<Open[]> {
  const lines = (await Bun.file(openFile).text()).split("\n").filter(Boolean);
  return lines.map((line) => {
    const [id, needs] = parseLine(line, `open.txt: write "id", two spaces and what it needs`);
    return { id, needs };
  });
}

/** Replaces `open.txt`. */
export async function writeOpen(open: readonly Open[]): Promise<void> {
  await Bun.write(openFile, open.map(({ id, needs }) => `${id}  ${needs}\n`).join(""));
}

/** Every claim of every test and suite of the repository. */
export async function readClaims(areas: readonly string[]): Promise<Claim[]> {
  const files = [...new Glob("{lib,services,openapi,tests}/**/*.{test,suite}.ts").scanSync(root)].sort();
  const own = "tests/conformance/conformance.test.ts"; // tests this very search, with invented ids
  const claims = files
    .filter((file) => file !== own)
    .map(async (file) => findIds(await Bun.file(join(root, file)).text(), areas).map((id) => ({ id, file })));
  return (await Promise.all(claims)).flat();
}

/**
 * The ids named in the string literals of a source text; comments do not count. A promise (`P4`) counts only as part of
 * a title such as "P4: …", for `"P4"` alone may name anything.
 */
export function findIds(source: string, areas: readonly string[]): string[] {
  const id = new RegExp(`(?<![\\w.$/-])(?:(?:${areas.join("|")})-\\d+[a-z]?(?![\\w-])|P\\d+(?=[:,/] ?\\S))`, "g");
  const ids = stringLiterals(source).flatMap((literal) => [...literal.matchAll(id)].map(([match]) => match));
  return [...new Set(ids)];
}

function stringLiterals(source: string): string[] {
  const tokens = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g;
  return [...source.matchAll(tokens)].map(([token]) => token).filter((token) => !token.startsWith("/"));
}

/** What is wrong with lists, claims and `open.txt` taken together; each entry says what to do. */
export function findProblems(checks: readonly Check[], claims: readonly Claim[], open: readonly Open[]): string[] {
  const known = new Set(checks.map(({ id }) => id));
  const claimed = new Set(claims.map(({ id }) => id));
  const opened = new Set(open.map(({ id }) => id));
  return [
    ...checks
      .filter(({ id }, index) => checks.findIndex((other) => other.id === id) !== index)
      .map(({ id }) => `${id} is listed twice: give each check its own id`),
    ...checks
      .filter(({ id }) => !claimed.has(id) && !opened.has(id))
      .map(
        ({ id, sentence }) => `${id} is neither claimed nor open: write its test, or add it to open.txt (${sentence})`,
      ),
    ...open
      .filter(({ id }) => !known.has(id))
      .map(({ id }) => `open.txt names ${id}, which no list has: remove the line`),
    ...open
      .filter(({ id }) => claimed.has(id))
      .map(({ id }) => `open.txt names ${id}, which a test claims: run \`bun tests/conformance --write\``),
    ...claims
      .filter(({ id }) => !known.has(id))
      .map(({ id, file }) => `${file} names ${id}, which no list has: correct the id`),
  ];
}

/** The open checks that stay open; never more than there were. */
export function stillOpen(checks: readonly Check[], claims: readonly Claim[], open: readonly Open[]): Open[] {
  const claimed = new Set(claims.map(({ id }) => id));
  const before = new Map(open.map((each) => [each.id, each]));
  return checks.flatMap(({ id }) => (claimed.has(id) ? [] : (before.get(id) ?? [])));
}
