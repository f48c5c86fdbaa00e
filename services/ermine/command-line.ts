/** The operator's command line. */
import { describeSettings } from "@lib/settings/describe-settings.ts";
import { exampleToml } from "@lib/settings/example-toml.ts";
import { type LoadedSettings, loadSettings } from "@lib/settings/load-settings.ts";
import { addSecrets, ensureSecrets } from "@lib/settings/secrets.ts";
import { SettingsError } from "@lib/settings/settings-error.ts";
import { MigrationError } from "@lib/store/initialise-database.ts";
import { printEvents } from "@services/ermine/print-events.ts";
import { runServices } from "@services/ermine/run-services.ts";
import { serviceNames } from "@services/ermine/service-names.ts";
import { version } from "@services/ermine/version.ts";
import { parseArgs } from "node:util";

/** Of everything in one process, on this machine. */
const EVENTS_URL = "ws://localhost:14700/ws";

const HELP = `Ermine ${version}: a community-chat backend that speaks the Stoat protocol.

  ermine start                 run everything in one process, on one port
  ermine start SERVICE…        run only these: ${serviceNames.join(", ")}
  ermine settings              the settings in force, and where each comes from (secrets hidden)
  ermine settings --example    a commented settings file with every key and default
  ermine openapi               the OpenAPI document of the API
  ermine events [URL]          the events of the session or bot whose token is in ERMINE_TOKEN, one line of JSON each
  ermine --help, --version

Settings are read from Ermine.toml or Revolt.toml in this folder and above, and from the environment
(ERMINE__LISTEN, REVOLT__API__SMTP__HOST, …).
`;

/** Runs one command; resolves to the exit code. */
export async function runCommand(args: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h" },
        version: { type: "boolean", short: "v" },
        example: { type: "boolean" },
      },
    });
    if (values.version) return print(version);
    const [command, ...rest] = positionals;
    if (values.help || command === undefined) return print(HELP);
    if (command === "start") return await start(rest);
    if (command === "settings") return print(values.example ? exampleToml() : settingsTable(addSecrets(load())));
    if (command === "openapi") return print(await openApiText());
    if (command === "events") return await events(rest);
    return usage(`there is no command ${command}`);
  } catch (error) {
    if (error instanceof SettingsError || error instanceof MigrationError) return complain(error.message);
    if (error instanceof TypeError && "code" in error) return usage(error.message);
    throw error;
  }
}

async function start(names: readonly string[]): Promise<number> {
  const unknown = names.find((name) => !isServiceName(name));
  if (unknown !== undefined) return usage(`there is no service ${unknown}`);
  const chosen = names.length > 0 ? serviceNames.filter((name) => names.includes(name)) : serviceNames;
  return runServices(chosen, ensureSecrets(load()));
}

const isServiceName = (name: string): boolean => (serviceNames as readonly string[]).includes(name);

const load = (): LoadedSettings => loadSettings({ cwd: process.cwd(), env: process.env });

/** Loaded only when asked for: the generator is not small. */
async function openApiText(): Promise<string> {
  const { createOpenApi } = await import("@openapi/create-openapi.ts");
  return JSON.stringify(createOpenApi(), null, 2);
}

/** The token is no argument, because every user of the machine sees those. */
async function events([url = EVENTS_URL]: readonly string[]): Promise<number> {
  const token = process.env["ERMINE_TOKEN"];
  if (!token) return usage("put the token of a session or bot into ERMINE_TOKEN");
  if (!isEventsUrl(url)) return usage(`events come from an address such as ${EVENTS_URL}`);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const onEvent = (line: string): void => void print(line);
  const onNotice = (text: string): void => void complain(text);
  return (await printEvents({ url, token, signal: stop.signal, onEvent, onNotice })) ? 0 : 1;
}

/** Whether a socket can be opened there. What cannot is refused with all of the address, and the token is in it. */
function isEventsUrl(text: string): boolean {
  return /^(wss?|https?):$/.test(URL.parse(text)?.protocol ?? "") && !/[?#]/.test(text);
}

function settingsTable(loaded: LoadedSettings): string {
  return describeSettings(loaded)
    .map(({ key, value, origin }) => `${key} = ${value}   # ${origin}`)
    .join("\n");
}

function print(text: string): number {
  console.log(text.trimEnd());
  return 0;
}

function complain(text: string): number {
  console.error(text);
  return 1;
}

const usage = (problem: string): number => complain(`${problem}\nTry: ermine --help`);
