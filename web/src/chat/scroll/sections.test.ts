import { expect, test } from "vitest";
import { fromHistory, still, type Source } from "../messages/rows";
import { intoSections, type Section } from "./sections";

const rows = (from: number, to: number): readonly Source[] =>
  Array.from({ length: to - from }, (_, index) => still(`=${from + index}`, { content: "", fromUser: false }));
const keys = (sections: readonly Section[]): readonly string[] => sections.map(({ key }) => key);
const shown = (sections: readonly Section[]): readonly string[] => sections.flatMap(({ items }) => items.map(({ key }) => key));

test("a new message touches the last section only", () => {
  const all = rows(0, 99);
  const before = intoSections(all);
  const one = intoSections([...all, ...rows(99, 100)], before);
  expect(before.map((section) => one.includes(section))).toEqual([true, true, true, true, true]);
  const two = intoSections([...all, ...rows(99, 101)], one);
  expect(one.map((section, index) => section === two[index])).toEqual([true, true, true, true, true, false]);
  expect(keys(two)).toEqual(keys(one));
});

test("a message that leaves at the front touches the first section only", () => {
  const all = rows(0, 100);
  const before = intoSections(all);
  const after = intoSections(all.slice(1), before);
  expect(after.map((section, index) => section === before[index])).toEqual([false, true, true, true, true]);
});

test("older messages make new sections above, whatever their rows are called", () => {
  const all = rows(0, 110);
  const before = intoSections(all.slice(50));
  const after = intoSections(all, before);
  expect(after.slice(-before.length)).toEqual(before);
  expect(after.slice(-before.length).every((section, index) => section === before[index])).toBe(true);
  expect(shown(after)).toEqual(all.map(({ key }) => key));
});

test("older messages of a history make new sections above", () => {
  const message = (n: number): object => ({ content: `m${n}`, from_user: false });
  const history = Array.from({ length: 40 }, (_, n) => message(n));
  const before = intoSections([...fromHistory(history), ...rows(0, 10)]);
  const after = intoSections([...fromHistory([message(-1), ...history]), ...rows(0, 10)], before);
  expect(keys(after).slice(1)).toEqual(keys(before));
});

test("a window that moves keeps the sections that stay in it", () => {
  const all = rows(0, 400);
  const before = intoSections(all.slice(0, 300));
  const after = intoSections(all.slice(50, 350), before);
  const kept = after.filter((section) => before.includes(section));
  expect(kept).toHaveLength(12);
  expect(shown(after)).toEqual(all.slice(50, 350).map(({ key }) => key));
});

test("messages in another order, or between others, are all there once", () => {
  const all = rows(0, 60);
  const before = intoSections(all);
  for (const order of [[...all].reverse(), [...all.slice(30), ...all.slice(0, 30)], [...all.slice(0, 5), ...rows(90, 130), ...all.slice(5)]]) {
    const after = intoSections(order, before);
    expect(shown(after)).toEqual(order.map(({ key }) => key));
    expect(new Set(keys(after)).size).toBe(after.length);
  }
});
