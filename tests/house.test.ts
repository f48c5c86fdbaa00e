// The rules of the house that no compiler checks. A failing rule names the file, what is wrong, and the right way.
import { describe, expect, test } from "bun:test";
import { Glob } from "bun";
import { readdirSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

const root = join(import.meta.dir, "..");
const own = "tests/house.test.ts"; // spells out what it forbids

const rooms = ["services", "lib", "openapi", "docker", "tests"];
const pure = ["model", "contract", "event", "codec", "error", "permission"];
const ports = ["settings", "telemetry", "store", "bus", "keys", "queue", "blob", "mail"];
const drivers = ["sqlite", "mongo", "memory", "redis", "disk", "s3", "amqp", "outbox", "smtp"];
const clients = /^(bun:sqlite|mongodb|redis|amqplib|nodemailer|@aws-sdk\/.*)$/;

/** Where each module of `lib` stands: imports point from a higher number to a lower one, or stay on their floor. */
const floors = new Map<string, number>([
  ...pure.map((name) => [name, 0] as const),
  ...ports.map((name) => [name, 1] as const),
  ["domain", 2],
  ["rpc", 3],
  ["gateway", 3],
]);

type Source = { file: string; code: string; imports: string[] };

/** Reads a file without its comments, and the repository paths or packages that it imports, types included. */
async function readSource(file: string): Promise<Source> {
  const tokens = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g;
  const text = await Bun.file(join(root, file)).text();
  const code = text.replaceAll(tokens, (token) => (token.startsWith("/") ? " " : token));
  const statements = /^\s*(?:import|export)\s(?:[^;"'`]*?\sfrom\s)?\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/gm;
  const imports = [...code.matchAll(statements)].map(([, named, dynamic]) =>
    resolveImport(file, named ?? dynamic ?? ""),
  );
  return { file, code, imports };
}

function resolveImport(file: string, target: string): string {
  if (target.startsWith(".")) return normalize(join(dirname(file), target));
  return target.replace(/^@(lib|services|tests|openapi)\//, "$1/");
}

const files = rooms.flatMap((room) => [...new Glob(`${room}/**/*.{ts,tsx}`).scanSync({ cwd: root })]).sort();
const sources = await Promise.all(files.filter((file) => file !== own).map(readSource));

const isTest = ({ file }: Source) => /\.(test|suite|bench)\.ts$|\/suite\//.test(file) || file.startsWith("tests/");
const isWithin =
  (...folders: string[]) =>
  (source: Source) =>
    folders.some((folder) => source.file.startsWith(folder));
const shipped = sources.filter((source) => !isTest(source));

/** What is wrong with one import of a shipped file, or null. */
function importProblem(file: string, target: string): string | null {
  const [fromRoom = "", from = ""] = file.split("/");
  const [toRoom = "", to = ""] = target.split("/");
  if (toRoom === "tests") return "tests are not shipped: move what both need into lib";
  if (toRoom === "services") return serviceProblem(fromRoom, from, to);
  if (fromRoom !== "lib" || toRoom !== "lib") return null;
  const [own, other] = [floors.get(from), floors.get(to)];
  if (own === undefined || other === undefined)
    return `give lib/${own === undefined ? from : to} a floor in tests/house.test.ts`;
  return other > own
    ? `lib/${from} stands below lib/${to}: pass what it needs as a parameter, or move the code up`
    : null;
}

function serviceProblem(fromRoom: string, from: string, to: string): string | null {
  if (fromRoom === "openapi") return null; // documents what services serve
  if (fromRoom !== "services") return "services stand above everything: move the code into lib";
  return from === to || from === "ermine" ? null : "only services/ermine composes services: share the code through lib";
}

/** The imports that lead from a file back to itself, such as `a.ts -> b.ts -> a.ts`; each circle once. */
function findCircles(all: readonly Pick<Source, "file" | "imports">[]): string[] {
  const importsOf = new Map(all.map(({ file, imports }) => [file, imports]));
  const circles: string[] = [];
  const left = new Set<string>(); // whose imports have all been followed
  const follow = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) circles.push([...path.slice(at), file].join(" -> "));
    if (at >= 0 || left.has(file)) return;
    for (const target of importsOf.get(file) ?? []) follow(target, [...path, file]);
    left.add(file);
  };
  for (const { file } of all) follow(file, []);
  return circles;
}

/** The port whose driver a path is, such as `lib/store` for `lib/store/mongo/connect.ts`; null for anything else. */
function driverPort(path: string): string | null {
  const [room, port = "", name = ""] = path.split("/");
  const isDriver = ports.includes(port) && drivers.includes(name.replace(/\.ts$/, ""));
  return room === "lib" && isDriver ? `lib/${port}/` : null;
}

/** The files among `where` whose code matches, each with what to do instead. */
function findCode(where: readonly Source[], pattern: RegExp, remedy: string): string[] {
  return where.flatMap(({ file, code }) => {
    const [found] = pattern.exec(code) ?? [];
    return found ? [`${file}: ${found.trim()} – ${remedy}`] : [];
  });
}

describe("layers", () => {
  test("imports point down", () => {
    const problems = shipped.flatMap(({ file, imports }) =>
      imports.flatMap((target) => {
        const problem = importProblem(file, target);
        return problem ? [`${file} imports ${target} – ${problem}`] : [];
      }),
    );
    expect(problems).toEqual([]);
  });

  test("no import leads back to where it started, not even of types", () => {
    // What a connection holds (its world, its watches, what it missed) is written in terms of the connection.
    const knotted = isWithin("lib/gateway/");
    const problems = findCircles(sources.filter((source) => !knotted(source)));
    expect(problems.map((circle) => `${circle} – move what both need into a file of its own`)).toEqual([]);
  });

  test("the search for circles finds them", () => {
    const imports = { "a.ts": ["b.ts", "c.ts"], "b.ts": ["c.ts"], "c.ts": ["d.ts", "b.ts"], "d.ts": [] };
    const files = Object.entries(imports).map(([file, imports]) => ({ file, imports }));
    expect(findCircles(files)).toEqual(["b.ts -> c.ts -> b.ts"]);
  });

  test("only services build drivers", () => {
    const problems = shipped
      .filter((source) => !isWithin("services/")(source))
      .flatMap(({ file, imports }) =>
        imports
          .filter((target) => !file.startsWith(driverPort(target) ?? file))
          .map(
            (target) => `${file} imports ${target} – take the port's interface as a parameter; services build drivers`,
          ),
      );
    expect(problems).toEqual([]);
  });

  test("client libraries stay in their ports", () => {
    const outside = shipped.filter((source) => !isWithin("services/", ...ports.map((port) => `lib/${port}/`))(source));
    const problems = outside.flatMap(({ file, imports }) =>
      imports
        .filter((target) => clients.test(target))
        .map((target) => `${file} imports ${target} – use the port above it`),
    );
    expect(problems).toEqual([]);
  });

  test.each([
    ["lib/model/user.ts", "lib/store/store.ts", "stands below"],
    ["lib/domain/users/a.ts", "lib/rpc/implement.ts", "stands below"],
    ["lib/rpc/guards.ts", "services/delta/main.ts", "above everything"],
    ["services/delta/main.ts", "services/bonfire/main.ts", "only services/ermine"],
    ["lib/store/users.ts", "tests/harness/eventually.ts", "not shipped"],
    ["lib/attic/a.ts", "lib/model/user.ts", "a floor"],
  ])("%s may not import %s", (file, target, reason) => {
    expect(importProblem(file, target)).toContain(reason);
  });

  test("the walk sees imports", () => {
    expect(sources.flatMap(({ imports }) => imports)).toContain("lib/permission/permissions.ts");
    expect(driverPort("lib/store/mongo/connect.ts")).toBe("lib/store/");
    expect(driverPort("lib/store/messages.ts")).toBeNull();
  });
});

describe("edges", () => {
  test("only services, lib/settings and tests read the environment", () => {
    const mayRead = (source: Source) =>
      /\.test\.ts$/.test(source.file) || isWithin("services/", "lib/settings/", "tests/")(source);
    const where = sources.filter((source) => !mayRead(source));
    const pattern = /\b(?:process|Bun|import\.meta)\.env\b/;
    expect(findCode(where, pattern, "receive the setting as a parameter; services read the environment")).toEqual([]);
  });

  test("only lib/telemetry and services/ermine write to the console", () => {
    const where = shipped.filter((source) => !isWithin("lib/telemetry/", "services/ermine/")(source));
    expect(findCode(where, /\bconsole\.\w+/, "log through the injected logger of lib/telemetry")).toEqual([]);
  });

  test("tests wait for conditions, never for time", () => {
    const waiting = "tests/harness/eventually.ts";
    const where = sources.filter(
      (source) => /\.(test|suite)\.ts$/.test(source.file) || isWithin("tests/harness/")(source),
    );
    const pattern = /\bBun\.sleep(?:Sync)?\b|\bsetTimeout\(/;
    const remedy = `wait with eventually() of ${waiting}`;
    expect(
      findCode(
        where.filter(({ file }) => file !== waiting),
        pattern,
        remedy,
      ),
    ).toEqual([]);
  });

  test("tests wait for errors outside of expect", () => {
    const remedy = "wait with errorOf() of tests/harness/error-of.ts, or with await";
    expect(findCode(sources.filter(isTest), /\)\s*\.(?:rejects|resolves)\b/, remedy)).toEqual([]);
  });
});

describe("names", () => {
  test("exports are named", () => {
    expect(findCode(sources, /^\s*export default\b|\bas default\b/m, "export it by name")).toEqual([]);
  });

  test("no file or folder is a drawer for anything", () => {
    const drawer = /(?:^|\/)(?:[^/]+-)?(?:utils?|helpers?|misc)(?:-[^/]+)?(?=\/|\.)|(?:^|\/)(?:common|shared)(?=\/|\.)/;
    const problems = files.filter((file) => drawer.test(file)).map((file) => `${file} – name it after what it does`);
    expect(problems).toEqual([]);
  });

  test("the house has five rooms", () => {
    const made = ["node_modules", "dist", "data"]; // installed, built, and written by a running instance
    const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const unknown = folders.map(({ name }) => name).filter((name) => !name.startsWith(".") && !made.includes(name));
    const problems = unknown
      .filter((name) => !rooms.includes(name))
      .map((name) => `${name}/ – belongs into ${rooms.join(", ")}`);
    expect(problems).toEqual([]);
  });

  test("nothing needs a path outside the repository", async () => {
    const text = new Glob(`{${rooms.join(",")}}/**/*.{ts,tsx,js,mjs,json,md,sh,toml,yml,yaml,txt,java}`);
    const top = new Glob("*.{mjs,json,md,toml,yml}");
    const all = [...text.scanSync({ cwd: root }), ...top.scanSync({ cwd: root })].filter((file) => file !== own);
    const foreign = /\.\.\/shared\b|(?<![\w.:/])\/(?:work|home|root|Users)\/[\w.-]+|\b[A-Z]:\\Users\b/;
    const texts = await Promise.all(
      all.map(async (file) => ({ file, code: await Bun.file(join(root, file)).text(), imports: [] })),
    );
    expect(findCode(texts, foreign, "keep what is needed in the repository, or take the path as a setting")).toEqual(
      [],
    );
  });
});
