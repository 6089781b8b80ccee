import { expect, test } from "vitest";
import { byReading, parseBox, placeBox, type GridBox } from "./box";

const box = (column: number, row: number, width: number, height: number): GridBox => ({ column, row, width, height });

test.each([
  ["2 3 2 4", box(2, 3, 2, 4)],
  ["3", box(1, 1, 3, 3)],
  ["3 2", box(1, 1, 3, 2)],
  ["2 3 4", box(2, 3, 4, 4)],
  ["1 1 -1 -1", box(1, 1, -1, -1)],
  ["1 1 4 0", box(1, 1, 4, 0)],
  ["  1  2 3 4 99 x", box(1, 2, 3, 4)],
])("%j is a box", (text, expected) => {
  expect(parseBox(text)).toEqual(expected);
});

test.each(["", "main", "1 1 a 2", "1.5 1 1 1", '{"zone":"a"}', "1,1,2,2"])("%j is none", (text) => {
  expect(parseBox(text)).toBeNull();
});

test("a box stands where Wave puts it", () => {
  expect(placeBox(box(2, 3, 2, 4))).toEqual({ left: 149, top: 182, width: 283, height: 349 });
  expect(placeBox(box(1, 1, 5, 5))).toEqual({ left: 0, top: 0, width: 730, height: 440 });
});

test.each([
  [-1, 0, 0],
  [-2, 149, 91],
  [-3, 298, 182],
  [0, -149, -91],
])("a size of %i leaves %i px and %i px to the far edges", (size, right, bottom) => {
  const place = placeBox(box(1, 1, size, size));
  expect(place.right).toBeCloseTo(right);
  expect(place.bottom).toBeCloseTo(bottom);
  expect(place).not.toHaveProperty("width");
});

test("reading order goes by row, then by column", () => {
  const boxes = [box(2, 1, 1, 1), box(1, 2, 1, 1), box(1, 1, 1, 1)];
  expect(boxes.sort(byReading)).toEqual([box(1, 1, 1, 1), box(2, 1, 1, 1), box(1, 2, 1, 1)]);
});
