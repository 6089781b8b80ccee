import { expect, test } from "vitest";
import { bars, extent, kept, line } from "./series";

test("the line goes from the first value at the left to the last at the right", () => {
  expect(line([0, 10, 5], "linear")).toEqual({ line: "M0,100L50,3L100,51.5", area: "M0,100L50,3L100,51.5L100,100L0,100Z" });
});

test.each([
  ["step", "M0,100H50V3H100"],
  ["step-after", "M0,100H100V3"],
  ["step-before", "M0,100V3H100"],
  ["smooth", "M0,100C33.33,67.67,66.67,35.33,100,3"],
] as const)("a curve may be %s", (curve, path) => {
  expect(line([0, 1], curve).line).toBe(path);
});

test("a smooth curve stays between its values", () => {
  const heights = [...line([0, 1, 1, 0], "smooth").line.matchAll(/,([\d.]+)/g)].map(([, y]) => Number(y));
  expect(Math.min(...heights)).toBe(3);
  expect(Math.max(...heights)).toBe(100);
});

test("a value that is missing leaves a gap, and one alone is a dot", () => {
  expect(line([0, undefined, 5, 10], "linear").line).toBe("M0,100L0,100M66.67,51.5L100,3");
});

test("one value is a line all the way, in the middle", () => {
  expect(line([7], "linear").line).toBe("M0,50L100,50");
});

test("the area begins at zero, also below the values", () => {
  expect(line([5, 10], "linear", 0).area).toBe("M0,51.5L100,3L100,100L0,100Z");
  expect(line([-5, 5], "linear", 0).area).toBe("M0,100L100,3L100,51.5L0,51.5Z");
  expect(extent([5, 10], 0)).toEqual([0, 10]);
});

test("nothing is drawn without a value", () => {
  expect(line([undefined], "smooth")).toEqual({ line: "", area: "" });
  expect(bars([], [])).toEqual([]);
});

test("bars stand side by side, and those of one category at one place", () => {
  expect(bars([5, 10], ["a", "b"], 0)).toEqual([
    { at: 0, x: 5, y: 51.5, width: 40, height: 48.5 },
    { at: 1, x: 55, y: 3, width: 40, height: 97 },
  ]);
  expect(bars([5, 10], ["a", "a"], 0).map(({ x, width }) => [x, width])).toEqual([
    [10, 80],
    [10, 80],
  ]);
});

test("the least value can be seen, and what is negative hangs below zero", () => {
  expect(bars([0, 10], [0, 1]).map(({ y, height }) => [y, height])).toEqual([
    [98, 2],
    [3, 97],
  ]);
  expect(bars([-10, 10], [0, 1], 0).map(({ y, height }) => [y, height])).toEqual([
    [51.5, 48.5],
    [3, 48.5],
  ]);
});

test("of very many values the peaks stay", () => {
  const values = Array.from({ length: 10_000 }, (_value, at) => (at === 5_001 ? 99 : at % 2));
  const places = kept(values);
  expect(places.length).toBeLessThanOrEqual(600);
  expect(places).toContain(5_001);
  expect([...places].sort((one, other) => one - other)).toEqual(places);
});
