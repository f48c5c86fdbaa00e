import { expect } from "bun:test";
import { StoreError } from "../database.ts";
import { type AnyDocument, filled, idsOf, rejection, type SuiteCase } from "./case.ts";

const indexes = [
  { name: "content", keys: { content: "text" } },
  { name: "channel_id_compound", keys: { channel: 1, _id: 1 } },
] as const;

const messages: AnyDocument[] = [
  { _id: "1", channel: "a", content: "The quick brown fox jumps" },
  { _id: "2", channel: "a", content: "A lazy dog, jumping over nothing" },
  { _id: "3", channel: "b", content: "Brown dog; brown DOG" },
  { _id: "4", channel: "a", content: "Café in the morning" },
  { _id: "5", channel: "a" },
];

const table: [guarantee: string, search: string, ids: string[]][] = [
  ["any of the words is enough", "fox lazy", ["1", "2"]],
  ["case does not matter", "DOG", ["2", "3"]],
  ["words are found by their stem", "jump", ["1", "2"]],
  ["accents do not matter", "cafe", ["4"]],
  ["a phrase must occur as it is", '"brown dog"', ["3"]],
  ["all phrases must occur", '"quick brown" "fox jumps"', ["1"]],
  ["an excluded word must not occur", "brown -fox", ["3"]],
  ["an excluded phrase must not occur", 'dog -"lazy dog"', ["3"]],
  ["only excluded words find nothing", "-fox", []],
  ["stop words find nothing", "the", []],
  ["stop words beside others are ignored", "the café", ["4"]],
  ["nothing to search for finds nothing", "  ", []],
  ["operators of a query language are words", "fox AND NOT (lazy* OR", ["1", "2"]],
  ["an open quote ends with the text", '"lazy dog', ["2"]],
];

/** Text search. */
export const textCases: SuiteCase[] = [
  ...table.map(([guarantee, search, ids]) => ({
    name: `text: ${guarantee}`,
    run: async (database: Parameters<SuiteCase["run"]>[0]) => {
      const collection = await filled(database, messages, { indexes });
      expect(await idsOf(collection, { $text: { $search: search } })).toEqual(ids);
      expect(await collection.count({ $text: { $search: search } })).toBe(ids.length);
    },
  })),
  {
    name: "text: finds the words that many documents have now, however they came by them",
    run: async (database) => {
      const collection = await filled(database, messages, { indexes });
      const find = (search: string) => idsOf(collection, { $text: { $search: search } });
      await collection.insertMany(
        Array.from({ length: 130 }, (_, i) => ({ _id: `m${100 + i}`, content: `many w${i}` })),
      );
      await collection.insertOne({ _id: "late", content: "many late" });
      await collection.updateOne({ _id: "m107" }, { $set: { content: "changed soon" } });
      expect([await find("w7"), await find("changed"), await find("w129"), await find("late")]).toEqual([
        ...[[], ["m107"], ["m229"], ["late"]],
      ]);
      await collection.updateOne({ _id: "m107" }, { $set: { content: "changed later" } });
      await collection.updateOne({ _id: "late" }, { $unset: { content: true } });
      await collection.deleteOne({ _id: "m229" });
      expect([await find("soon"), await find("later"), await find("w129"), await find("late")]).toEqual([
        ...[[], ["m107"], [], []],
      ]);
      await collection.insertOne({ _id: "last", content: "many" });
      expect(await collection.deleteMany({ $text: { $search: "many" } })).toEqual({ deleted: 129 });
      expect(await collection.findOne({ $text: { $search: "changed" } })).toEqual({
        _id: "m107",
        content: "changed later",
      });
      expect(await collection.count({ $text: { $search: "many" } })).toBe(0);
    },
  },
  {
    name: "text: is joined with other conditions",
    run: async (database) => {
      const collection = await filled(database, messages, { indexes });
      expect(await idsOf(collection, { channel: "a", $text: { $search: "dog" } })).toEqual(["2"]);
      expect(await idsOf(collection, { $and: [{ $text: { $search: "brown" } }, { _id: { $gt: "1" } }] })).toEqual([
        "3",
      ]);
    },
  },
  {
    name: "text: sorts by relevance, best first",
    run: async (database) => {
      const collection = await filled(database, messages, { indexes });
      const found = await collection.find({ $text: { $search: "brown dog" } }, { sort: { score: "score" }, limit: 1 });
      expect(found.map(({ _id }) => _id)).toEqual(["3"]);
    },
  },
  {
    name: "text: follows documents as they change and go",
    run: async (database) => {
      const collection = await filled(database, messages, { indexes });
      const find = (word: string) => idsOf(collection, { $text: { $search: word } });
      await collection.updateOne({ _id: "1" }, { $set: { content: "a slow turtle" } });
      expect(await find("fox")).toEqual([]);
      expect(await find("turtle")).toEqual(["1"]);
      await collection.updateOne({ _id: "1" }, { $unset: { content: true } });
      expect(await find("turtle")).toEqual([]);
      await collection.deleteMany({ _id: "3" });
      expect(await find("dog")).toEqual(["2"]);
    },
  },
  {
    name: "text: needs a text index",
    run: async (database) => {
      const collection = await filled(database, messages);
      expect(await rejection(collection.find({ $text: { $search: "fox" } }))).toBeInstanceOf(StoreError);
    },
  },
];
