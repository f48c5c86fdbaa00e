/** Makes `dist/ermine`: one executable with the runtime, the code and the embedded files in it. */
import { buildDefinitions, readCheckout } from "@services/ermine/build-information.ts";

const timestamp = new Date().toISOString();
const built = await Bun.build({
  // The store's writer and searcher run as threads of their own and are found beside the main program.
  entrypoints: ["services/ermine/main.ts", "lib/store/sqlite/writer.ts", "lib/store/sqlite/searcher.ts"],
  root: ".",
  target: "bun",
  minify: true,
  sourcemap: "inline",
  define: buildDefinitions({ ...(await readCheckout(".")), timestamp }),
  // Its settings are those it documents, and it runs no code of the folder it is started in.
  compile: { outfile: "dist/ermine", autoloadBunfig: false, autoloadDotenv: false },
});
for (const log of built.logs) console.error(log.message);
if (!built.success) process.exit(1);
console.log("dist/ermine is built");
