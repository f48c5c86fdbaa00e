import { describe, expect, test } from "bun:test";
import { parseMentions } from "@lib/domain/messages/mentions.ts";

const ID = "01HZX0000000000000000000MA";
const OTHER = "01HZX0000000000000000000MB";

/** The mentions of a text in short: `user`, `role`, `everyone`, `online`. */
function mentioned(content: string): string[] {
  const { users, roles, everyone, online } = parseMentions(content);
  return [
    ...[...users].map((id) => (id === ID ? "user" : id)),
    ...[...roles].map((id) => (id === ID ? "role" : id)),
    ...(everyone ? ["everyone"] : []),
    ...(online ? ["online"] : []),
  ];
}

describe("messages-52: mentions in the text of a message", () => {
  test.each([
    [`Hello <@${ID}>.`, ["user"]],
    [`cc:<@${ID}>`, ["user"]],
    [`<@<@${ID}>`, ["user"]],
    [`<<@${ID}>>`, ["user"]],
    [`<@${ID}>\n<@${ID}> <@${OTHER}>`, ["user", OTHER]],
    [`<%${ID}>`, ["role"]],
    [`<@!${ID}>`, []],
    [`<@${ID.toLowerCase()}>`, []],
    [`<@${ID} >`, []],
    [`<@${ID.slice(1)}>`, []],
    [`<@${ID.slice(0, 25)}U>`, []],
    ["x@everyone", ["everyone"]],
    ["@everyonex", ["everyone"]],
    ["@@everyone", ["everyone"]],
    ["https://x.y/@everyone", ["everyone"]],
    ["> @everyone", ["everyone"]],
    ["@online", ["online"]],
    ["@Everyone", []],
    ["`@everyone`", []],
    ["``a `b` @everyone``", []],
    ["```\n@everyone\n```", []],
    ["```ts\n@everyone\n```", []],
    ["`@everyone ", ["everyone"]],
    ["```\n@everyone", ["everyone"]],
    ["``` @everyone", []],
    ["```a``` @everyone", []],
    ["`a` @everyone `b`", ["everyone"]],
    ["\\`@everyone`", ["everyone"]],
    ["```foo`@everyone`", ["everyone"]],
    ["\\@everyone", []],
    ["\\ hello @everyone", []],
    ["\\\\@everyone", ["everyone"]],
    ["\\🙂@everyone", []],
    [`\\<#${ID}>@everyone`, ["everyone"]],
    [`\\:${ID}:@everyone`, ["everyone"]],
    ["`\\` @everyone", ["everyone"]],
    ["` \\@everyone", ["everyone"]],
    ["@everyone ``a` @online", ["everyone", "online"]],
    [`<@${ID}><%${ID}><#${ID}>@everyone@online:${ID}:`, ["user", "role", "everyone", "online"]],
    ["", []],
  ])("%j", (content, expected) => {
    expect(mentioned(content)).toEqual(expected);
  });

  test("unclosed code of any length is read once", () => {
    const startedMs = performance.now();
    expect(mentioned("`a``b```c\n".repeat(20_000) + "@everyone")).toEqual(["everyone"]);
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });
});
