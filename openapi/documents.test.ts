/** The committed documents: current, valid, and good enough for generators. */
import { describe, expect, test } from "bun:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { createOpenApi } from "@openapi/create-openapi.ts";
import { generatedFiles } from "@openapi/generated-files.ts";
import { testApi } from "@tests/harness/test-api.ts";
import Ajv from "ajv/dist/2020";
import { generate } from "openapi-typescript-codegen";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

describe("committed documents", () => {
  test.each(generatedFiles())("$name is what is generated: else run `npm run openapi`", async ({ path, text }) => {
    const committed: unknown = await Bun.file(path).json();
    expect(committed).toEqual(JSON.parse(text));
  });

  test.each(["3.0.0", "3.1.0"] as const)("the document is valid OpenAPI %s", async (version) => {
    const result = await new Validator().validate({ ...withLegalNames(createOpenApi(version)) });
    expect(result.errors ?? []).toEqual([]);
    expect(result.valid).toBe(true);
  });

  test.each([
    ["a guard", "GET", "/users/@me", 401],
    ["routing", "GET", "/nowhere", 404],
    ["parsing", "POST", "/auth/account/create", 422],
    ["an operation", "POST", "/auth/account/verify/none", 401],
  ])("P15: what %s refuses with is in the Error schema, field by field", async (_, method, path, status) => {
    await using api = await testApi();
    const response = await fetch(`${api.url}${path}`, { method, ...(method === "POST" && { body: "{}" }) });
    const { Error: schema } = createOpenApi("3.1.0").components.schemas;
    const fits = new Ajv({ strict: false, validateFormats: false }).compile({
      ...schema,
      unevaluatedProperties: false,
    });

    expect(response.status).toBe(status);
    expect(fits(await response.json()), JSON.stringify(fits.errors)).toBe(true);
  });

  test("an SDK generated from the document compiles, and so does a program that uses it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "ermine-sdk-"));
    try {
      await generate({ input: createOpenApi(), output: join(folder, "sdk"), useOptions: true, useUnionTypes: true });
      await Bun.write(join(folder, "program.ts"), PROGRAM);
      await Bun.write(join(folder, "tsconfig.json"), JSON.stringify(TSCONFIG));
      expect(await typeErrors(folder)).toBe("");
      await Bun.write(join(folder, "program.ts"), PROGRAM.replace('content: "hello"', "content: 7"));
      expect(await typeErrors(folder)).toContain("Type 'number' is not assignable to type 'string'");
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 60_000);
});

/** Names and a pattern that the protocol has fixed, although OpenAPI allows neither spaces nor flags there. */
function withLegalNames(document: object): object {
  const legal = JSON.stringify(document)
    .replaceAll(/ISO8601 Timestamp|Session Token|(?:Unv|V)alid(?:ated)? MFA Ticket/g, (name) =>
      name.replaceAll(" ", ""),
    )
    .replaceAll("(?i)", "");
  return JSON.parse(legal);
}

const PROGRAM = `
import { MessagingService, OpenAPI, CoreService } from "./sdk";
import type { Message, Error as Refusal } from "./sdk";

OpenAPI.BASE = "https://chat.example/api";

export async function greet(channel: string): Promise<string> {
  const node = await CoreService.rootRoot();
  if (!("features" in node)) throw new Error("refused");
  const sent: Message | Refusal = await MessagingService.messageSendMessageSend({
    target: channel,
    requestBody: { content: "hello" },
  });
  if (!("_id" in sent)) throw new Error("refused");
  return node.features.invite_only ? sent._id : (sent.content ?? "");
}
`;

const TSCONFIG = {
  compilerOptions: {
    target: "es2022",
    module: "preserve",
    moduleResolution: "bundler",
    lib: ["es2022", "dom", "dom.iterable"],
    types: [],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
  },
  include: ["."],
};

async function typeErrors(folder: string): Promise<string> {
  const compiler = join(import.meta.dir, "../node_modules/typescript/bin/tsc");
  const checking = Bun.spawn([process.execPath, compiler, "-p", folder], { stdout: "pipe", stderr: "pipe" });
  const [output, errors] = await Promise.all([checking.stdout.text(), checking.stderr.text(), checking.exited]);
  return output + errors;
}
