/** `npm run openapi`: writes the committed documents anew. */
import { generatedFiles } from "@openapi/generated-files.ts";

for (const { path, text } of generatedFiles()) await Bun.write(path, text);
