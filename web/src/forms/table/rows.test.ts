// @vitest-environment jsdom
import { describe, expect, test } from "vitest";
import type { TableColumn } from "../../page/cards.gen";
import { Rows, rowsOf, type Wanted } from "./rows";
import { select } from "./selection";
import { BLOCK, Heights } from "./window";

const nothing: Wanted = { search: "", filters: {}, sort: undefined, groupBy: undefined };
const columns: TableColumn[] = [
  { name: "text", label: "Text", searchable: true },
  { name: "size", label: "Size", data_type: "number" },
  { name: "day", label: "Day", data_type: "time" },
  { name: "tags", label: "Tags", cell_type: { tag: { name: "t" } } },
];
const lines = [
  ["banana", "10", "2024-05-01", "A"],
  ["Apple", "9", "1000", "A,B"],
  ["cherry", "", "2023-01-01", ""],
  ["apple", "9", "2024-01-01", "C"],
];
const rows = new Rows(columns, rowsOf(lines.map((cells, at) => ({ name: `r${at}`, cells })), []));
const shown = (wanted: Partial<Wanted>): string => rows.show({ ...nothing, ...wanted }).rows.map((at) => rows.at(at)?.name).join(" ");

test.each([
  ["text", true, "r1 r3 r0 r2"],
  ["text", false, "r2 r0 r1 r3"],
  ["size", true, "r2 r1 r3 r0"],
  ["day", true, "r1 r2 r3 r0"],
])("sorted by %s, ascending %s", (column, ascending, order) => {
  expect(shown({ sort: { column, ascending } })).toBe(order);
});

test("letters that are not ASCII stand where the reader's language has them", () => {
  const foreign = new Rows(columns, rowsOf(["Zebra", "Äpfel", "Bär"].map((text) => ({ name: text, cells: [text] })), []));
  expect(foreign.show({ ...nothing, sort: { column: "text", ascending: true } }).rows).toEqual([1, 2, 0]);
});

test("a search looks into the searchable columns only, a filter at whole values and at single tags", () => {
  expect(shown({ search: "AP" })).toBe("r1 r3");
  expect(shown({ search: "9" })).toBe("");
  expect(shown({ filters: { size: ["9"] } })).toBe("r1 r3");
  expect(shown({ filters: { size: ["9"], tags: ["B", "C"] }, search: "apple" })).toBe("r1 r3");
  expect(shown({ filters: { tags: ["B"] } })).toBe("r1");
  expect(rows.values(columns[3] as TableColumn)).toEqual(["A", "B", "C"]);
});

test("rows are made ready for searching some at a time, and a search waits for none of them", () => {
  const many = new Rows(columns, rowsOf(["one", "two", "three"].map((text) => ({ name: text, cells: [text] })), []));
  expect(many.prepare(1)).toBe(true);
  expect(many.show({ ...nothing, search: "T" }).rows).toEqual([1, 2]);
  expect(many.prepare(1)).toBe(false);
});

test("groups keep those that are empty, and sort numbers as numbers", () => {
  const { groups, members } = rows.show({ ...nothing, groupBy: "size", search: "an" });
  expect(groups).toEqual([{ label: "", count: 0 }, { label: "9", count: 0 }, { label: "10", count: 1 }]);
  expect(members).toEqual([[], [], [0]]);
});

describe("a click on a row", () => {
  const names = ["a", "b", "c", "d"];
  test.each([
    [{ toggle: false, range: false }, "c"],
    [{ toggle: true, range: false }, "a c"],
    [{ toggle: false, range: true }, "b c"],
    [{ toggle: true, range: true }, "a b c"],
  ])("with %o selects %s", (click, selected) => {
    expect([...select(names, new Set(["a"]), "c", "b", click)].join(" ")).toBe(selected);
  });
});

test("of many lines only the blocks near the window are drawn, and the rest is room", () => {
  const heights = new Heights(100_000, 40);
  const span = heights.span(1_000_000, 500);
  expect((span.last - span.first) * BLOCK).toBeLessThan(100);
  const drawn = (span.last - span.first) * BLOCK * 40;
  expect(span.before + drawn + span.after).toBe(4_000_000);
  expect(heights.measure(span.first, 1000)).toBe(true);
  expect(heights.measure(span.first, 1000)).toBe(false);
  expect(heights.span(0, 500).first).toBe(0);
});
