import { expect, test } from "vitest";
import { fromHistory, still, type Source } from "./rows";
import { intoSections } from "./sections";

const rows = (from: number, to: number): readonly Source[] =>
  Array.from({ length: to - from }, (_, index) => ({ ...still(`#${from + index}`, { content: "", fromUser: false }), id: from + index }));

test("a new message touches the last section only", () => {
  const all = rows(0, 100);
  const before = intoSections([], all.slice(0, 99));
  const after = intoSections([], all, before);
  expect(after.map((section, index) => section === before[index])).toEqual([true, true, true, true, false]);
});

test("a message that leaves at the front touches the first section only", () => {
  const all = rows(0, 100);
  const before = intoSections([], all);
  const after = intoSections([], all.slice(1), before);
  expect(after.map((section, index) => section === before[index])).toEqual([false, true, true, true, true]);
});

test("older messages make new sections above", () => {
  const message = (n: number): object => ({ content: `m${n}`, from_user: false });
  const history = Array.from({ length: 40 }, (_, n) => message(n));
  const before = intoSections(fromHistory(history), rows(0, 10));
  const after = intoSections(fromHistory([message(-1), ...history]), rows(0, 10), before);
  expect(after).toHaveLength(4);
  expect(after[1]?.key).toBe(before[0]?.key);
  expect(after[3]?.key).toBe(before[2]?.key);
});

test("ids far apart do not make a section of each message", () => {
  const sparse = rows(0, 50).map((row, index) => ({ ...row, id: index * 1000 }));
  expect(intoSections([], sparse)).toHaveLength(3);
});
