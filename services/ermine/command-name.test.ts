import { commandName } from "@services/ermine/command-name.ts";
import { expect, test } from "bun:test";

const cwd = "/srv/ermine";
const npmBun = "/srv/ermine/node_modules/bun/bin/bun.exe";

test.each([
  ["an executable on the path", "ermine", "/usr/bin/ermine", "/$bunfs/root/ermine", "ermine"],
  ["an executable by its path", "./dist/ermine", "/srv/ermine/dist/ermine", "/$bunfs/root/ermine", "./dist/ermine"],
  ["npm start", "bun", npmBun, "/srv/ermine/services/ermine/main.ts", "npx bun services/ermine/main.ts"],
  ["bun start", "bun", "/usr/bin/bun", "/srv/ermine/services/ermine/main.ts", "bun services/ermine/main.ts"],
  ["bun elsewhere", "bun", "/usr/bin/bun", "/opt/ermine/main.ts", "bun /opt/ermine/main.ts"],
])("the command is named as it was started: %s", (_, argv0, execPath, program, name) => {
  expect(commandName({ argv0, execPath, argv: ["bun", program, "start"] }, cwd)).toBe(name);
});
