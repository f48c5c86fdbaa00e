import { describe, expect, test } from "bun:test";
import { extractLinks } from "@lib/domain/messages/extract-links.ts";

describe("links that get an embed", () => {
  test.each([
    ["(https://e.com/a_(b))", ["https://e.com/a_(b)"]],
    ["**https://a.b/c**", ["https://a.b/c"]],
    ["https://a.b/c(", ["https://a.b/c"]],
    ["https://a.b/c(d e", ["https://a.b/c(d"]],
    ["https://a.b,https://c.d", ["https://a.b,https://c.d"]],
    ["'https://a.b/c'd", ["https://a.b/c"]],
    ["x'https://a.b/'", ["https://a.b/"]],
    ["https://a.b/'x'", ["https://a.b/'x'"]],
    ["https://a.b/x'", ["https://a.b/x"]],
    ["mailto:a@e.comhttps://x", []],
    ["mailto:a@e.com", []],
    ["e.com/a", []],
    ["http://localhost", ["http://localhost"]],
    ["see gopher+x://a.b.", ["gopher+x://a.b"]],
    ["1https://a.b", []],
    ["+-https://a.b", ["https://a.b"]],
    ["https://a.b/!/", ["https://a.b/"]],
    ["https://a.b/?!...", ["https://a.b/"]],
    ["https://a.b/]c [https://a.b/[c]]", ["https://a.b/", "https://a.b/[c]"]],
    ['"https://a.b/c"d', ["https://a.b/c"]],
    ["https://a.b|https://c.d", ["https://a.b", "https://c.d"]],
    ["https://a.b\thttps://c.d\nhttps://e.f", ["https://a.b", "https://c.d", "https://e.f"]],
    ["https://a.b#one https://a.b#two", ["https://a.b"]],
    ["https:// https://... https://#a ://a.b", []],
    ["`https://a.b` ```\nhttps://c.d\n``` https://e.f", ["https://e.f"]],
    ["<https://a.b> x <https://c.d> y\nhttps://e.f", ["https://e.f"]],
    ["> https://a.b\nhttps://c.d\n>https://e.f", ["https://c.d"]],
    ["", []],
  ])("%j", (content, expected) => {
    expect(extractLinks(content, 5)).toEqual(expected);
  });

  test("of seven distinct ones the first five count", () => {
    const links = Array.from({ length: 7 }, (_, at) => `https://a.b/${at}`);
    expect(extractLinks([...links, links[0]].join(" "), 5)).toEqual(links.slice(0, 5));
  });
});
