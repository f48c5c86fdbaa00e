import { isEmbedded, type Runtime } from "@services/ermine/runtime-variables.ts";
import { relative } from "node:path";

/** How to run another command of this program, as it was run itself: `ermine`, or Bun and the path of the source. */
export function commandName(
  { argv0, argv: [, program = ""], execPath }: Pick<Runtime, "argv0" | "argv" | "execPath">,
  cwd: string,
): string {
  if (isEmbedded(program)) return argv0;
  const bun = execPath.includes("/node_modules/") ? "npx bun" : "bun"; // the one that npm installed is on no path
  const path = relative(cwd, program);
  return `${bun} ${path.startsWith("..") ? program : path}`;
}
